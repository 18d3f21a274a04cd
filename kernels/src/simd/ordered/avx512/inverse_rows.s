// Written by generator.rs; do not edit.
mov r10d, 0x5555
kmovw k1, r10d
vpbroadcastd zmm31, r11d
vpaddd zmm30, zmm31, zmm31
2:
vmovdqu64 zmm0, zmmword ptr [rdi + 960]
vmovdqu64 zmm1, zmmword ptr [rdi + 896]
vmovdqu64 zmm2, zmmword ptr [rdi + 832]
vpsubd zmm3, zmm1, zmm0
vmovdqu64 zmm4, zmmword ptr [rdi + 768]
vpaddd zmm3, zmm3, zmm30
vmovdqu64 zmm5, zmmword ptr [rdi + 704]
vpsubd zmm6, zmm4, zmm2
vmovdqu64 zmm7, zmmword ptr [rdi + 640]
vpaddd zmm6, zmm6, zmm30
vmovdqu64 zmm8, zmmword ptr [rdi + 576]
vpsubd zmm9, zmm7, zmm5
vmovdqu64 zmm10, zmmword ptr [rdi + 512]
vpaddd zmm9, zmm9, zmm30
vmovdqu64 zmm11, zmmword ptr [rdi + 448]
vpsubd zmm12, zmm10, zmm8
vmovdqu64 zmm13, zmmword ptr [rdi + 384]
vpaddd zmm12, zmm12, zmm30
vmovdqu64 zmm14, zmmword ptr [rdi + 320]
vpsubd zmm15, zmm13, zmm11
vmovdqu64 zmm16, zmmword ptr [rdi + 256]
vpaddd zmm15, zmm15, zmm30
vmovdqu64 zmm17, zmmword ptr [rdi + 192]
vpsubd zmm18, zmm16, zmm14
vmovdqu64 zmm19, zmmword ptr [rdi + 128]
vpaddd zmm18, zmm18, zmm30
vmovdqu64 zmm20, zmmword ptr [rdi + 64]
vpsubd zmm21, zmm19, zmm17
vmovdqu64 zmm22, zmmword ptr [rdi + 0]
vpaddd zmm21, zmm21, zmm30
vpsubd zmm23, zmm22, zmm20
vpaddd zmm23, zmm23, zmm30
vmovshdup zmm24, zmm3
vmovshdup zmm25, zmm6
vmovshdup zmm26, zmm9
vmovshdup zmm27, zmm12
vmovshdup zmm28, zmm15
vmovshdup zmm29, zmm18
vpmuludq zmm24, zmm24, qword ptr [rsi + 112]{1to8}
vpmuludq zmm25, zmm25, qword ptr [rsi + 104]{1to8}
vpmuludq zmm26, zmm26, qword ptr [rsi + 96]{1to8}
vpmuludq zmm27, zmm27, qword ptr [rsi + 88]{1to8}
vpmuludq zmm28, zmm28, qword ptr [rsi + 80]{1to8}
vpmuludq zmm29, zmm29, qword ptr [rsi + 72]{1to8}
vpaddd zmm1, zmm0, zmm1
vmovshdup zmm0, zmm21
vpmuludq zmm0, zmm0, qword ptr [rsi + 64]{1to8}
vpaddd zmm4, zmm2, zmm4
vmovshdup zmm2, zmm23
vpmuludq zmm2, zmm2, qword ptr [rsi + 56]{1to8}
vpaddd zmm7, zmm5, zmm7
vpmuludq zmm5, zmm3, qword ptr [rsi + 112]{1to8}
vmovshdup zmm24{k1}, zmm5
vpmuludq zmm5, zmm6, qword ptr [rsi + 104]{1to8}
vmovshdup zmm25{k1}, zmm5
vpmuludq zmm5, zmm9, qword ptr [rsi + 96]{1to8}
vmovshdup zmm26{k1}, zmm5
vpmuludq zmm5, zmm12, qword ptr [rsi + 88]{1to8}
vpaddd zmm10, zmm8, zmm10
vpmuludq zmm8, zmm15, qword ptr [rsi + 80]{1to8}
vmovshdup zmm27{k1}, zmm5
vpmuludq zmm5, zmm18, qword ptr [rsi + 72]{1to8}
vpaddd zmm13, zmm11, zmm13
vpmuludq zmm11, zmm21, qword ptr [rsi + 64]{1to8}
vmovshdup zmm28{k1}, zmm8
vpmuludq zmm8, zmm23, qword ptr [rsi + 56]{1to8}
vpaddd zmm16, zmm14, zmm16
vmovshdup zmm29{k1}, zmm5
vpaddd zmm19, zmm17, zmm19
vmovshdup zmm0{k1}, zmm11
vpaddd zmm22, zmm20, zmm22
vmovshdup zmm2{k1}, zmm8
vpsubd zmm8, zmm1, zmm30
vpmulld zmm3, zmm3, dword ptr [rsi + 116]{1to16}
vpmulld zmm24, zmm24, zmm31
vpsubd zmm20, zmm4, zmm30
vpmulld zmm6, zmm6, dword ptr [rsi + 108]{1to16}
vpmulld zmm25, zmm25, zmm31
vpsubd zmm11, zmm7, zmm30
vpmulld zmm9, zmm9, dword ptr [rsi + 100]{1to16}
vpmulld zmm26, zmm26, zmm31
vpsubd zmm17, zmm10, zmm30
vpmulld zmm12, zmm12, dword ptr [rsi + 92]{1to16}
vpmulld zmm27, zmm27, zmm31
vpsubd zmm5, zmm13, zmm30
vpmulld zmm15, zmm15, dword ptr [rsi + 84]{1to16}
vpmulld zmm28, zmm28, zmm31
vpsubd zmm14, zmm16, zmm30
vpmulld zmm18, zmm18, dword ptr [rsi + 76]{1to16}
vpmulld zmm29, zmm29, zmm31
vpmulld zmm21, zmm21, dword ptr [rsi + 68]{1to16}
vpmulld zmm0, zmm0, zmm31
vpmulld zmm23, zmm23, dword ptr [rsi + 60]{1to16}
vpmulld zmm2, zmm2, zmm31
vpminud zmm8, zmm1, zmm8
vpsubd zmm1, zmm19, zmm30
vpsubd zmm24, zmm3, zmm24
vpsubd zmm3, zmm22, zmm30
vpminud zmm20, zmm4, zmm20
vpsubd zmm25, zmm6, zmm25
vpminud zmm11, zmm7, zmm11
vpsubd zmm26, zmm9, zmm26
vpminud zmm17, zmm10, zmm17
vpsubd zmm27, zmm12, zmm27
vpminud zmm5, zmm13, zmm5
vpsubd zmm28, zmm15, zmm28
vpminud zmm14, zmm16, zmm14
vpsubd zmm29, zmm18, zmm29
vpminud zmm1, zmm19, zmm1
vpsubd zmm0, zmm21, zmm0
vpminud zmm3, zmm22, zmm3
vpsubd zmm2, zmm23, zmm2
vpsubd zmm23, zmm20, zmm8
vpsubd zmm22, zmm25, zmm24
vpsubd zmm21, zmm17, zmm11
vpsubd zmm19, zmm27, zmm26
vpsubd zmm18, zmm14, zmm5
vpsubd zmm16, zmm29, zmm28
vpsubd zmm15, zmm3, zmm1
vpsubd zmm13, zmm2, zmm0
vpaddd zmm23, zmm23, zmm30
vpaddd zmm22, zmm22, zmm30
vpaddd zmm21, zmm21, zmm30
vpaddd zmm19, zmm19, zmm30
vpaddd zmm18, zmm18, zmm30
vpaddd zmm16, zmm16, zmm30
vpaddd zmm15, zmm15, zmm30
vpaddd zmm13, zmm13, zmm30
vmovshdup zmm12, zmm23
vmovshdup zmm10, zmm22
vmovshdup zmm9, zmm21
vmovshdup zmm7, zmm19
vmovshdup zmm6, zmm18
vmovshdup zmm4, zmm16
vpmuludq zmm12, zmm12, qword ptr [rsi + 48]{1to8}
vpmuludq zmm10, zmm10, qword ptr [rsi + 48]{1to8}
vpmuludq zmm9, zmm9, qword ptr [rsi + 40]{1to8}
vpmuludq zmm7, zmm7, qword ptr [rsi + 40]{1to8}
vpmuludq zmm6, zmm6, qword ptr [rsi + 32]{1to8}
vpmuludq zmm4, zmm4, qword ptr [rsi + 32]{1to8}
vpaddd zmm20, zmm8, zmm20
vmovshdup zmm8, zmm15
vpmuludq zmm8, zmm8, qword ptr [rsi + 24]{1to8}
vpaddd zmm25, zmm24, zmm25
vmovshdup zmm24, zmm13
vpmuludq zmm24, zmm24, qword ptr [rsi + 24]{1to8}
vpaddd zmm17, zmm11, zmm17
vpmuludq zmm11, zmm23, qword ptr [rsi + 48]{1to8}
vmovshdup zmm12{k1}, zmm11
vpmuludq zmm11, zmm22, qword ptr [rsi + 48]{1to8}
vmovshdup zmm10{k1}, zmm11
vpmuludq zmm11, zmm21, qword ptr [rsi + 40]{1to8}
vmovshdup zmm9{k1}, zmm11
vpmuludq zmm11, zmm19, qword ptr [rsi + 40]{1to8}
vpaddd zmm27, zmm26, zmm27
vpmuludq zmm26, zmm18, qword ptr [rsi + 32]{1to8}
vmovshdup zmm7{k1}, zmm11
vpmuludq zmm11, zmm16, qword ptr [rsi + 32]{1to8}
vpaddd zmm14, zmm5, zmm14
vpmuludq zmm5, zmm15, qword ptr [rsi + 24]{1to8}
vmovshdup zmm6{k1}, zmm26
vpmuludq zmm26, zmm13, qword ptr [rsi + 24]{1to8}
vpaddd zmm29, zmm28, zmm29
vmovshdup zmm4{k1}, zmm11
vpaddd zmm3, zmm1, zmm3
vmovshdup zmm8{k1}, zmm5
vpaddd zmm2, zmm0, zmm2
vmovshdup zmm24{k1}, zmm26
vpsubd zmm26, zmm20, zmm30
vpmulld zmm23, zmm23, dword ptr [rsi + 52]{1to16}
vpmulld zmm12, zmm12, zmm31
vpsubd zmm0, zmm25, zmm30
vpmulld zmm22, zmm22, dword ptr [rsi + 52]{1to16}
vpmulld zmm10, zmm10, zmm31
vpsubd zmm5, zmm17, zmm30
vpmulld zmm21, zmm21, dword ptr [rsi + 44]{1to16}
vpmulld zmm9, zmm9, zmm31
vpsubd zmm1, zmm27, zmm30
vpmulld zmm19, zmm19, dword ptr [rsi + 44]{1to16}
vpmulld zmm7, zmm7, zmm31
vpsubd zmm11, zmm14, zmm30
vpmulld zmm18, zmm18, dword ptr [rsi + 36]{1to16}
vpmulld zmm6, zmm6, zmm31
vpsubd zmm28, zmm29, zmm30
vpmulld zmm16, zmm16, dword ptr [rsi + 36]{1to16}
vpmulld zmm4, zmm4, zmm31
vpmulld zmm15, zmm15, dword ptr [rsi + 28]{1to16}
vpmulld zmm8, zmm8, zmm31
vpmulld zmm13, zmm13, dword ptr [rsi + 28]{1to16}
vpmulld zmm24, zmm24, zmm31
vpminud zmm26, zmm20, zmm26
vpsubd zmm20, zmm3, zmm30
vpsubd zmm12, zmm23, zmm12
vpsubd zmm23, zmm2, zmm30
vpminud zmm0, zmm25, zmm0
vpsubd zmm10, zmm22, zmm10
vpminud zmm5, zmm17, zmm5
vpsubd zmm9, zmm21, zmm9
vpminud zmm1, zmm27, zmm1
vpsubd zmm7, zmm19, zmm7
vpminud zmm11, zmm14, zmm11
vpsubd zmm6, zmm18, zmm6
vpminud zmm28, zmm29, zmm28
vpsubd zmm4, zmm16, zmm4
vpminud zmm20, zmm3, zmm20
vpsubd zmm8, zmm15, zmm8
vpminud zmm23, zmm2, zmm23
vpsubd zmm24, zmm13, zmm24
vpsubd zmm13, zmm5, zmm26
vpsubd zmm2, zmm1, zmm0
vpsubd zmm15, zmm9, zmm12
vpsubd zmm3, zmm7, zmm10
vpsubd zmm16, zmm20, zmm11
vpsubd zmm29, zmm23, zmm28
vpsubd zmm18, zmm8, zmm6
vpsubd zmm14, zmm24, zmm4
vpaddd zmm13, zmm13, zmm30
vpaddd zmm2, zmm2, zmm30
vpaddd zmm15, zmm15, zmm30
vpaddd zmm3, zmm3, zmm30
vpaddd zmm16, zmm16, zmm30
vpaddd zmm29, zmm29, zmm30
vpaddd zmm18, zmm18, zmm30
vpaddd zmm14, zmm14, zmm30
vmovshdup zmm19, zmm13
vmovshdup zmm27, zmm2
vmovshdup zmm21, zmm15
vmovshdup zmm17, zmm3
vmovshdup zmm22, zmm16
vmovshdup zmm25, zmm29
vpmuludq zmm19, zmm19, qword ptr [rsi + 16]{1to8}
vpmuludq zmm27, zmm27, qword ptr [rsi + 16]{1to8}
vpmuludq zmm21, zmm21, qword ptr [rsi + 16]{1to8}
vpmuludq zmm17, zmm17, qword ptr [rsi + 16]{1to8}
vpmuludq zmm22, zmm22, qword ptr [rsi + 8]{1to8}
vpmuludq zmm25, zmm25, qword ptr [rsi + 8]{1to8}
vpaddd zmm5, zmm26, zmm5
vmovshdup zmm26, zmm18
vpmuludq zmm26, zmm26, qword ptr [rsi + 8]{1to8}
vpaddd zmm1, zmm0, zmm1
vmovshdup zmm0, zmm14
vpmuludq zmm0, zmm0, qword ptr [rsi + 8]{1to8}
vpaddd zmm9, zmm12, zmm9
vpmuludq zmm12, zmm13, qword ptr [rsi + 16]{1to8}
vmovshdup zmm19{k1}, zmm12
vpmuludq zmm12, zmm2, qword ptr [rsi + 16]{1to8}
vmovshdup zmm27{k1}, zmm12
vpmuludq zmm12, zmm15, qword ptr [rsi + 16]{1to8}
vmovshdup zmm21{k1}, zmm12
vpmuludq zmm12, zmm3, qword ptr [rsi + 16]{1to8}
vpaddd zmm7, zmm10, zmm7
vpmuludq zmm10, zmm16, qword ptr [rsi + 8]{1to8}
vmovshdup zmm17{k1}, zmm12
vpmuludq zmm12, zmm29, qword ptr [rsi + 8]{1to8}
vpaddd zmm20, zmm11, zmm20
vpmuludq zmm11, zmm18, qword ptr [rsi + 8]{1to8}
vmovshdup zmm22{k1}, zmm10
vpmuludq zmm10, zmm14, qword ptr [rsi + 8]{1to8}
vpaddd zmm23, zmm28, zmm23
vmovshdup zmm25{k1}, zmm12
vpaddd zmm8, zmm6, zmm8
vmovshdup zmm26{k1}, zmm11
vpaddd zmm24, zmm4, zmm24
vmovshdup zmm0{k1}, zmm10
vpsubd zmm10, zmm5, zmm30
vpmulld zmm13, zmm13, dword ptr [rsi + 20]{1to16}
vpmulld zmm19, zmm19, zmm31
vpsubd zmm4, zmm1, zmm30
vpmulld zmm2, zmm2, dword ptr [rsi + 20]{1to16}
vpmulld zmm27, zmm27, zmm31
vpsubd zmm11, zmm9, zmm30
vpmulld zmm15, zmm15, dword ptr [rsi + 20]{1to16}
vpmulld zmm21, zmm21, zmm31
vpsubd zmm6, zmm7, zmm30
vpmulld zmm3, zmm3, dword ptr [rsi + 20]{1to16}
vpmulld zmm17, zmm17, zmm31
vpsubd zmm12, zmm20, zmm30
vpmulld zmm16, zmm16, dword ptr [rsi + 12]{1to16}
vpmulld zmm22, zmm22, zmm31
vpsubd zmm28, zmm23, zmm30
vpmulld zmm29, zmm29, dword ptr [rsi + 12]{1to16}
vpmulld zmm25, zmm25, zmm31
vpmulld zmm18, zmm18, dword ptr [rsi + 12]{1to16}
vpmulld zmm26, zmm26, zmm31
vpmulld zmm14, zmm14, dword ptr [rsi + 12]{1to16}
vpmulld zmm0, zmm0, zmm31
vpminud zmm10, zmm5, zmm10
vpsubd zmm5, zmm8, zmm30
vpsubd zmm19, zmm13, zmm19
vpsubd zmm13, zmm24, zmm30
vpminud zmm4, zmm1, zmm4
vpsubd zmm27, zmm2, zmm27
vpminud zmm11, zmm9, zmm11
vpsubd zmm21, zmm15, zmm21
vpminud zmm6, zmm7, zmm6
vpsubd zmm17, zmm3, zmm17
vpminud zmm12, zmm20, zmm12
vpsubd zmm22, zmm16, zmm22
vpminud zmm28, zmm23, zmm28
vpsubd zmm25, zmm29, zmm25
vpminud zmm5, zmm8, zmm5
vpsubd zmm26, zmm18, zmm26
vpminud zmm13, zmm24, zmm13
vpsubd zmm0, zmm14, zmm0
vpsubd zmm14, zmm12, zmm10
vpsubd zmm24, zmm28, zmm4
vpsubd zmm18, zmm5, zmm11
vpsubd zmm8, zmm13, zmm6
vpsubd zmm29, zmm22, zmm19
vpsubd zmm23, zmm25, zmm27
vpsubd zmm16, zmm26, zmm21
vpsubd zmm20, zmm0, zmm17
vpaddd zmm14, zmm14, zmm30
vpaddd zmm24, zmm24, zmm30
vpaddd zmm18, zmm18, zmm30
vpaddd zmm8, zmm8, zmm30
vpaddd zmm29, zmm29, zmm30
vpaddd zmm23, zmm23, zmm30
vpaddd zmm16, zmm16, zmm30
vpaddd zmm20, zmm20, zmm30
vmovshdup zmm3, zmm14
vmovshdup zmm7, zmm24
vmovshdup zmm15, zmm18
vmovshdup zmm9, zmm8
vmovshdup zmm2, zmm29
vmovshdup zmm1, zmm23
vpmuludq zmm3, zmm3, qword ptr [rsi + 0]{1to8}
vpmuludq zmm7, zmm7, qword ptr [rsi + 0]{1to8}
vpmuludq zmm15, zmm15, qword ptr [rsi + 0]{1to8}
vpmuludq zmm9, zmm9, qword ptr [rsi + 0]{1to8}
vpmuludq zmm2, zmm2, qword ptr [rsi + 0]{1to8}
vpmuludq zmm1, zmm1, qword ptr [rsi + 0]{1to8}
vpaddd zmm12, zmm10, zmm12
vmovshdup zmm10, zmm16
vpmuludq zmm10, zmm10, qword ptr [rsi + 0]{1to8}
vpaddd zmm28, zmm4, zmm28
vmovshdup zmm4, zmm20
vpmuludq zmm4, zmm4, qword ptr [rsi + 0]{1to8}
vpaddd zmm5, zmm11, zmm5
vpmuludq zmm11, zmm14, qword ptr [rsi + 0]{1to8}
vmovshdup zmm3{k1}, zmm11
vpmuludq zmm11, zmm24, qword ptr [rsi + 0]{1to8}
vmovshdup zmm7{k1}, zmm11
vpmuludq zmm11, zmm18, qword ptr [rsi + 0]{1to8}
vmovshdup zmm15{k1}, zmm11
vpmuludq zmm11, zmm8, qword ptr [rsi + 0]{1to8}
vpaddd zmm13, zmm6, zmm13
vpmuludq zmm6, zmm29, qword ptr [rsi + 0]{1to8}
vmovshdup zmm9{k1}, zmm11
vpmuludq zmm11, zmm23, qword ptr [rsi + 0]{1to8}
vpaddd zmm22, zmm19, zmm22
vpmuludq zmm19, zmm16, qword ptr [rsi + 0]{1to8}
vmovshdup zmm2{k1}, zmm6
vpmuludq zmm6, zmm20, qword ptr [rsi + 0]{1to8}
vpaddd zmm25, zmm27, zmm25
vmovshdup zmm1{k1}, zmm11
vpaddd zmm26, zmm21, zmm26
vmovshdup zmm10{k1}, zmm19
vpaddd zmm0, zmm17, zmm0
vmovshdup zmm4{k1}, zmm6
vpsubd zmm6, zmm12, zmm30
vpmulld zmm14, zmm14, dword ptr [rsi + 4]{1to16}
vpmulld zmm3, zmm3, zmm31
vpsubd zmm17, zmm28, zmm30
vpmulld zmm24, zmm24, dword ptr [rsi + 4]{1to16}
vpmulld zmm7, zmm7, zmm31
vpsubd zmm19, zmm5, zmm30
vpmulld zmm18, zmm18, dword ptr [rsi + 4]{1to16}
vpmulld zmm15, zmm15, zmm31
vpsubd zmm21, zmm13, zmm30
vpmulld zmm8, zmm8, dword ptr [rsi + 4]{1to16}
vpmulld zmm9, zmm9, zmm31
vpsubd zmm11, zmm22, zmm30
vpmulld zmm29, zmm29, dword ptr [rsi + 4]{1to16}
vpmulld zmm2, zmm2, zmm31
vpsubd zmm27, zmm25, zmm30
vpmulld zmm23, zmm23, dword ptr [rsi + 4]{1to16}
vpmulld zmm1, zmm1, zmm31
vpmulld zmm16, zmm16, dword ptr [rsi + 4]{1to16}
vpmulld zmm10, zmm10, zmm31
vpmulld zmm20, zmm20, dword ptr [rsi + 4]{1to16}
vpmulld zmm4, zmm4, zmm31
vpminud zmm6, zmm12, zmm6
vpsubd zmm12, zmm26, zmm30
vmovdqu64 zmmword ptr [rdi + 0], zmm6
vpsubd zmm6, zmm0, zmm30
vpsubd zmm3, zmm14, zmm3
vpminud zmm17, zmm28, zmm17
vmovdqu64 zmmword ptr [rdi + 512], zmm3
vpsubd zmm7, zmm24, zmm7
vmovdqu64 zmmword ptr [rdi + 64], zmm17
vpminud zmm19, zmm5, zmm19
vmovdqu64 zmmword ptr [rdi + 576], zmm7
vpsubd zmm15, zmm18, zmm15
vmovdqu64 zmmword ptr [rdi + 128], zmm19
vpminud zmm21, zmm13, zmm21
vmovdqu64 zmmword ptr [rdi + 640], zmm15
vpsubd zmm9, zmm8, zmm9
vmovdqu64 zmmword ptr [rdi + 192], zmm21
vpminud zmm11, zmm22, zmm11
vmovdqu64 zmmword ptr [rdi + 704], zmm9
vpsubd zmm2, zmm29, zmm2
vmovdqu64 zmmword ptr [rdi + 256], zmm11
vpminud zmm27, zmm25, zmm27
vmovdqu64 zmmword ptr [rdi + 768], zmm2
vpsubd zmm1, zmm23, zmm1
vmovdqu64 zmmword ptr [rdi + 320], zmm27
vpminud zmm12, zmm26, zmm12
vmovdqu64 zmmword ptr [rdi + 832], zmm1
vpsubd zmm10, zmm16, zmm10
vmovdqu64 zmmword ptr [rdi + 384], zmm12
vpminud zmm6, zmm0, zmm6
vmovdqu64 zmmword ptr [rdi + 896], zmm10
vpsubd zmm4, zmm20, zmm4
vmovdqu64 zmmword ptr [rdi + 448], zmm6
vmovdqu64 zmmword ptr [rdi + 960], zmm4
add rdi, 1024
sub rsi, 120
dec rcx
jnz 2b
