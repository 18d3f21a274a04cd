// Written by generator.rs; do not edit.
mov r10d, 0x5555
kmovw k1, r10d
vpbroadcastd zmm31, r11d
vpaddd zmm30, zmm31, zmm31
2:
vmovdqu64 zmm0, zmmword ptr [rdi + 960]
vmovdqu64 zmm1, zmmword ptr [rdi + 896]
vmovdqu64 zmm2, zmmword ptr [rdi + 832]
vmovdqu64 zmm3, zmmword ptr [rdi + 768]
vmovdqu64 zmm4, zmmword ptr [rdi + 704]
vmovdqu64 zmm5, zmmword ptr [rdi + 640]
vmovdqu64 zmm6, zmmword ptr [rdi + 576]
vmovdqu64 zmm7, zmmword ptr [rdi + 512]
vmovdqu64 zmm8, zmmword ptr [rdi + 448]
vmovdqu64 zmm9, zmmword ptr [rdi + 384]
vmovdqu64 zmm10, zmmword ptr [rdi + 320]
vmovdqu64 zmm11, zmmword ptr [rdi + 256]
vmovdqu64 zmm12, zmmword ptr [rdi + 192]
vmovdqu64 zmm13, zmmword ptr [rdi + 128]
vmovdqu64 zmm14, zmmword ptr [rdi + 64]
vmovdqu64 zmm15, zmmword ptr [rdi + 0]
vpsubd zmm16, zmm1, zmm0
vpaddd zmm1, zmm0, zmm1
vpsubd zmm0, zmm3, zmm2
vpaddd zmm3, zmm2, zmm3
vpsubd zmm2, zmm5, zmm4
vpaddd zmm16, zmm16, zmm30
vpaddd zmm5, zmm4, zmm5
vpsubd zmm4, zmm1, zmm30
vpsubd zmm17, zmm7, zmm6
vpaddd zmm0, zmm0, zmm30
vpaddd zmm7, zmm6, zmm7
vpsubd zmm6, zmm3, zmm30
vpsubd zmm18, zmm9, zmm8
vpaddd zmm2, zmm2, zmm30
vmovshdup zmm19, zmm16
vpmuludq zmm20, zmm16, qword ptr [rsi + 112]{1to8}
vpsubd zmm21, zmm11, zmm10
vpaddd zmm17, zmm17, zmm30
vmovshdup zmm22, zmm0
vpmuludq zmm23, zmm0, qword ptr [rsi + 104]{1to8}
vpsubd zmm24, zmm13, zmm12
vpaddd zmm18, zmm18, zmm30
vmovshdup zmm25, zmm2
vpmuludq zmm19, zmm19, qword ptr [rsi + 112]{1to8}
vpsubd zmm26, zmm15, zmm14
vpaddd zmm21, zmm21, zmm30
vmovshdup zmm27, zmm17
vpmuludq zmm22, zmm22, qword ptr [rsi + 104]{1to8}
vpaddd zmm24, zmm24, zmm30
vmovshdup zmm28, zmm18
vpmuludq zmm29, zmm2, qword ptr [rsi + 96]{1to8}
vpmuludq zmm25, zmm25, qword ptr [rsi + 96]{1to8}
vpaddd zmm26, zmm26, zmm30
vpmuludq zmm27, zmm27, qword ptr [rsi + 88]{1to8}
vmovshdup zmm19{k1}, zmm20
vpaddd zmm9, zmm8, zmm9
vmovshdup zmm8, zmm21
vmovshdup zmm20, zmm24
vpmuludq zmm28, zmm28, qword ptr [rsi + 80]{1to8}
vmovshdup zmm22{k1}, zmm23
vmovshdup zmm23, zmm26
vmovshdup zmm25{k1}, zmm29
vpaddd zmm11, zmm10, zmm11
vpaddd zmm13, zmm12, zmm13
vpmuludq zmm12, zmm17, qword ptr [rsi + 88]{1to8}
vpmuludq zmm10, zmm18, qword ptr [rsi + 80]{1to8}
vpaddd zmm15, zmm14, zmm15
vpsubd zmm14, zmm5, zmm30
vpmuludq zmm29, zmm21, qword ptr [rsi + 72]{1to8}
vpmuludq zmm8, zmm8, qword ptr [rsi + 72]{1to8}
vpminud zmm4, zmm1, zmm4
vpminud zmm6, zmm3, zmm6
vpmuludq zmm3, zmm24, qword ptr [rsi + 64]{1to8}
vpmuludq zmm20, zmm20, qword ptr [rsi + 64]{1to8}
vpsubd zmm1, zmm7, zmm30
vpminud zmm14, zmm5, zmm14
vpmuludq zmm5, zmm26, qword ptr [rsi + 56]{1to8}
vpmuludq zmm23, zmm23, qword ptr [rsi + 56]{1to8}
vmovshdup zmm27{k1}, zmm12
vmovshdup zmm28{k1}, zmm10
vmovshdup zmm8{k1}, zmm29
vpmulld zmm16, zmm16, dword ptr [rsi + 116]{1to16}
vpmulld zmm19, zmm19, zmm31
vpsubd zmm29, zmm9, zmm30
vmovshdup zmm20{k1}, zmm3
vpmulld zmm0, zmm0, dword ptr [rsi + 108]{1to16}
vpmulld zmm22, zmm22, zmm31
vpsubd zmm3, zmm11, zmm30
vmovshdup zmm23{k1}, zmm5
vpmulld zmm2, zmm2, dword ptr [rsi + 100]{1to16}
vpmulld zmm25, zmm25, zmm31
vpsubd zmm5, zmm13, zmm30
vpmulld zmm17, zmm17, dword ptr [rsi + 92]{1to16}
vpmulld zmm27, zmm27, zmm31
vpsubd zmm10, zmm15, zmm30
vpsubd zmm19, zmm16, zmm19
vpmulld zmm18, zmm18, dword ptr [rsi + 84]{1to16}
vpmulld zmm28, zmm28, zmm31
vpsubd zmm22, zmm0, zmm22
vpminud zmm1, zmm7, zmm1
vpmulld zmm21, zmm21, dword ptr [rsi + 76]{1to16}
vpmulld zmm8, zmm8, zmm31
vpsubd zmm25, zmm2, zmm25
vpminud zmm29, zmm9, zmm29
vpmulld zmm24, zmm24, dword ptr [rsi + 68]{1to16}
vpmulld zmm20, zmm20, zmm31
vpsubd zmm27, zmm17, zmm27
vpminud zmm3, zmm11, zmm3
vpmulld zmm26, zmm26, dword ptr [rsi + 60]{1to16}
vpmulld zmm23, zmm23, zmm31
vpsubd zmm28, zmm18, zmm28
vpminud zmm5, zmm13, zmm5
vpsubd zmm8, zmm21, zmm8
vpminud zmm10, zmm15, zmm10
vpsubd zmm15, zmm6, zmm4
vpsubd zmm21, zmm22, zmm19
vpsubd zmm20, zmm24, zmm20
vpsubd zmm24, zmm1, zmm14
vpsubd zmm13, zmm27, zmm25
vpsubd zmm18, zmm3, zmm29
vpsubd zmm23, zmm26, zmm23
vpsubd zmm26, zmm8, zmm28
vpsubd zmm11, zmm10, zmm5
vpaddd zmm15, zmm15, zmm30
vpaddd zmm21, zmm21, zmm30
vpaddd zmm24, zmm24, zmm30
vpaddd zmm13, zmm13, zmm30
vpaddd zmm18, zmm18, zmm30
vpsubd zmm17, zmm23, zmm20
vpaddd zmm26, zmm26, zmm30
vpaddd zmm11, zmm11, zmm30
vmovshdup zmm9, zmm15
vmovshdup zmm2, zmm21
vmovshdup zmm7, zmm24
vmovshdup zmm0, zmm13
vmovshdup zmm16, zmm18
vpaddd zmm17, zmm17, zmm30
vmovshdup zmm12, zmm26
vpmuludq zmm9, zmm9, qword ptr [rsi + 48]{1to8}
vpaddd zmm6, zmm4, zmm6
vmovshdup zmm4, zmm11
vpmuludq zmm2, zmm2, qword ptr [rsi + 48]{1to8}
vpmuludq zmm7, zmm7, qword ptr [rsi + 40]{1to8}
vpaddd zmm22, zmm19, zmm22
vmovshdup zmm19, zmm17
vpmuludq zmm0, zmm0, qword ptr [rsi + 40]{1to8}
vpmuludq zmm16, zmm16, qword ptr [rsi + 32]{1to8}
vpaddd zmm1, zmm14, zmm1
vpmuludq zmm14, zmm15, qword ptr [rsi + 48]{1to8}
vpmuludq zmm12, zmm12, qword ptr [rsi + 32]{1to8}
vpaddd zmm27, zmm25, zmm27
vpaddd zmm3, zmm29, zmm3
vpmuludq zmm29, zmm21, qword ptr [rsi + 48]{1to8}
vpmuludq zmm25, zmm24, qword ptr [rsi + 40]{1to8}
vpaddd zmm8, zmm28, zmm8
vpaddd zmm10, zmm5, zmm10
vpmuludq zmm5, zmm13, qword ptr [rsi + 40]{1to8}
vpmuludq zmm28, zmm18, qword ptr [rsi + 32]{1to8}
vpaddd zmm23, zmm20, zmm23
vpsubd zmm20, zmm6, zmm30
vpmuludq zmm4, zmm4, qword ptr [rsi + 24]{1to8}
vpmuludq zmm19, zmm19, qword ptr [rsi + 24]{1to8}
vmovshdup zmm9{k1}, zmm14
vpsubd zmm14, zmm22, zmm30
vmovshdup zmm2{k1}, zmm29
vmovshdup zmm7{k1}, zmm25
vpmulld zmm15, zmm15, dword ptr [rsi + 52]{1to16}
vpmulld zmm21, zmm21, dword ptr [rsi + 52]{1to16}
vpmuludq zmm25, zmm26, qword ptr [rsi + 32]{1to8}
vpmuludq zmm29, zmm11, qword ptr [rsi + 24]{1to8}
vmovshdup zmm0{k1}, zmm5
vmovshdup zmm16{k1}, zmm28
vpmuludq zmm28, zmm17, qword ptr [rsi + 24]{1to8}
vpmulld zmm9, zmm9, zmm31
vpsubd zmm5, zmm1, zmm30
vpminud zmm20, zmm6, zmm20
vpmulld zmm2, zmm2, zmm31
vpmulld zmm24, zmm24, dword ptr [rsi + 44]{1to16}
vpsubd zmm6, zmm27, zmm30
vpminud zmm14, zmm22, zmm14
vmovshdup zmm12{k1}, zmm25
vmovshdup zmm4{k1}, zmm29
vpmulld zmm7, zmm7, zmm31
vpmulld zmm13, zmm13, dword ptr [rsi + 44]{1to16}
vmovshdup zmm19{k1}, zmm28
vpmulld zmm0, zmm0, zmm31
vpmulld zmm18, zmm18, dword ptr [rsi + 36]{1to16}
vpsubd zmm28, zmm3, zmm30
vpmulld zmm16, zmm16, zmm31
vpmulld zmm26, zmm26, dword ptr [rsi + 36]{1to16}
vpsubd zmm29, zmm8, zmm30
vpsubd zmm25, zmm10, zmm30
vpmulld zmm12, zmm12, zmm31
vpmulld zmm11, zmm11, dword ptr [rsi + 28]{1to16}
vpsubd zmm22, zmm23, zmm30
vpsubd zmm9, zmm15, zmm9
vpmulld zmm4, zmm4, zmm31
vpmulld zmm17, zmm17, dword ptr [rsi + 28]{1to16}
vpsubd zmm2, zmm21, zmm2
vpminud zmm5, zmm1, zmm5
vpmulld zmm19, zmm19, zmm31
vpsubd zmm7, zmm24, zmm7
vpminud zmm6, zmm27, zmm6
vpsubd zmm0, zmm13, zmm0
vpminud zmm28, zmm3, zmm28
vpsubd zmm16, zmm18, zmm16
vpminud zmm29, zmm8, zmm29
vpsubd zmm12, zmm26, zmm12
vpminud zmm25, zmm10, zmm25
vpsubd zmm4, zmm11, zmm4
vpminud zmm22, zmm23, zmm22
vpsubd zmm23, zmm5, zmm20
vpsubd zmm19, zmm17, zmm19
vpsubd zmm17, zmm6, zmm14
vpsubd zmm11, zmm7, zmm9
vpsubd zmm10, zmm0, zmm2
vpsubd zmm26, zmm25, zmm28
vpsubd zmm8, zmm22, zmm29
vpsubd zmm18, zmm4, zmm16
vpaddd zmm23, zmm23, zmm30
vpsubd zmm3, zmm19, zmm12
vpaddd zmm17, zmm17, zmm30
vpaddd zmm11, zmm11, zmm30
vpaddd zmm10, zmm10, zmm30
vpaddd zmm26, zmm26, zmm30
vpaddd zmm8, zmm8, zmm30
vpaddd zmm18, zmm18, zmm30
vmovshdup zmm13, zmm23
vpaddd zmm3, zmm3, zmm30
vmovshdup zmm27, zmm17
vmovshdup zmm24, zmm11
vmovshdup zmm1, zmm10
vmovshdup zmm21, zmm26
vmovshdup zmm15, zmm8
vpmuludq zmm13, zmm13, qword ptr [rsi + 16]{1to8}
vpaddd zmm5, zmm20, zmm5
vmovshdup zmm20, zmm18
vpmuludq zmm27, zmm27, qword ptr [rsi + 16]{1to8}
vpmuludq zmm24, zmm24, qword ptr [rsi + 16]{1to8}
vpaddd zmm6, zmm14, zmm6
vmovshdup zmm14, zmm3
vpmuludq zmm1, zmm1, qword ptr [rsi + 16]{1to8}
vpmuludq zmm21, zmm21, qword ptr [rsi + 8]{1to8}
vpaddd zmm7, zmm9, zmm7
vpmuludq zmm9, zmm23, qword ptr [rsi + 16]{1to8}
vpmuludq zmm15, zmm15, qword ptr [rsi + 8]{1to8}
vpaddd zmm0, zmm2, zmm0
vpaddd zmm25, zmm28, zmm25
vpmuludq zmm28, zmm17, qword ptr [rsi + 16]{1to8}
vpmuludq zmm2, zmm11, qword ptr [rsi + 16]{1to8}
vpaddd zmm22, zmm29, zmm22
vpaddd zmm4, zmm16, zmm4
vpmuludq zmm16, zmm10, qword ptr [rsi + 16]{1to8}
vpmuludq zmm29, zmm26, qword ptr [rsi + 8]{1to8}
vpaddd zmm19, zmm12, zmm19
vpsubd zmm12, zmm5, zmm30
vpmuludq zmm20, zmm20, qword ptr [rsi + 8]{1to8}
vpmuludq zmm14, zmm14, qword ptr [rsi + 8]{1to8}
vmovshdup zmm13{k1}, zmm9
vpsubd zmm9, zmm6, zmm30
vmovshdup zmm27{k1}, zmm28
vmovshdup zmm24{k1}, zmm2
vpmulld zmm23, zmm23, dword ptr [rsi + 20]{1to16}
vpmulld zmm17, zmm17, dword ptr [rsi + 20]{1to16}
vpmuludq zmm2, zmm8, qword ptr [rsi + 8]{1to8}
vpmuludq zmm28, zmm18, qword ptr [rsi + 8]{1to8}
vmovshdup zmm1{k1}, zmm16
vmovshdup zmm21{k1}, zmm29
vpmuludq zmm29, zmm3, qword ptr [rsi + 8]{1to8}
vpmulld zmm13, zmm13, zmm31
vpsubd zmm16, zmm7, zmm30
vpminud zmm12, zmm5, zmm12
vpmulld zmm27, zmm27, zmm31
vpmulld zmm11, zmm11, dword ptr [rsi + 20]{1to16}
vpsubd zmm5, zmm0, zmm30
vpminud zmm9, zmm6, zmm9
vmovshdup zmm15{k1}, zmm2
vmovshdup zmm20{k1}, zmm28
vpmulld zmm24, zmm24, zmm31
vpmulld zmm10, zmm10, dword ptr [rsi + 20]{1to16}
vmovshdup zmm14{k1}, zmm29
vpmulld zmm1, zmm1, zmm31
vpmulld zmm26, zmm26, dword ptr [rsi + 12]{1to16}
vpsubd zmm29, zmm25, zmm30
vpmulld zmm21, zmm21, zmm31
vpmulld zmm8, zmm8, dword ptr [rsi + 12]{1to16}
vpsubd zmm28, zmm22, zmm30
vpsubd zmm2, zmm4, zmm30
vpmulld zmm15, zmm15, zmm31
vpmulld zmm18, zmm18, dword ptr [rsi + 12]{1to16}
vpsubd zmm6, zmm19, zmm30
vpsubd zmm13, zmm23, zmm13
vpmulld zmm20, zmm20, zmm31
vpmulld zmm3, zmm3, dword ptr [rsi + 12]{1to16}
vpsubd zmm27, zmm17, zmm27
vpminud zmm16, zmm7, zmm16
vpmulld zmm14, zmm14, zmm31
vpsubd zmm24, zmm11, zmm24
vpminud zmm5, zmm0, zmm5
vpsubd zmm1, zmm10, zmm1
vpminud zmm29, zmm25, zmm29
vpsubd zmm21, zmm26, zmm21
vpminud zmm28, zmm22, zmm28
vpsubd zmm15, zmm8, zmm15
vpminud zmm2, zmm4, zmm2
vpsubd zmm20, zmm18, zmm20
vpminud zmm6, zmm19, zmm6
vpsubd zmm14, zmm3, zmm14
vpsubd zmm3, zmm29, zmm12
vpsubd zmm19, zmm28, zmm9
vpsubd zmm18, zmm21, zmm13
vpsubd zmm4, zmm2, zmm16
vpsubd zmm8, zmm6, zmm5
vpsubd zmm22, zmm15, zmm27
vpsubd zmm26, zmm20, zmm24
vpsubd zmm25, zmm14, zmm1
vpaddd zmm3, zmm3, zmm30
vpaddd zmm19, zmm19, zmm30
vpaddd zmm18, zmm18, zmm30
vpaddd zmm4, zmm4, zmm30
vpaddd zmm8, zmm8, zmm30
vpaddd zmm22, zmm22, zmm30
vpaddd zmm26, zmm26, zmm30
vpaddd zmm25, zmm25, zmm30
vmovshdup zmm10, zmm3
vmovshdup zmm0, zmm19
vmovshdup zmm11, zmm18
vmovshdup zmm7, zmm4
vmovshdup zmm17, zmm8
vmovshdup zmm23, zmm22
vpaddd zmm29, zmm12, zmm29
vmovshdup zmm12, zmm26
vpmuludq zmm10, zmm10, qword ptr [rsi + 0]{1to8}
vpmuludq zmm0, zmm0, qword ptr [rsi + 0]{1to8}
vpaddd zmm28, zmm9, zmm28
vmovshdup zmm9, zmm25
vpmuludq zmm7, zmm7, qword ptr [rsi + 0]{1to8}
vpmuludq zmm17, zmm17, qword ptr [rsi + 0]{1to8}
vpaddd zmm2, zmm16, zmm2
vpmuludq zmm16, zmm3, qword ptr [rsi + 0]{1to8}
vpmuludq zmm11, zmm11, qword ptr [rsi + 0]{1to8}
vpaddd zmm6, zmm5, zmm6
vpaddd zmm21, zmm13, zmm21
vpmuludq zmm13, zmm19, qword ptr [rsi + 0]{1to8}
vpmuludq zmm5, zmm4, qword ptr [rsi + 0]{1to8}
vpaddd zmm15, zmm27, zmm15
vpaddd zmm20, zmm24, zmm20
vpmuludq zmm24, zmm8, qword ptr [rsi + 0]{1to8}
vpmuludq zmm27, zmm18, qword ptr [rsi + 0]{1to8}
vpaddd zmm14, zmm1, zmm14
vpsubd zmm1, zmm29, zmm30
vpmuludq zmm23, zmm23, qword ptr [rsi + 0]{1to8}
vpmuludq zmm12, zmm12, qword ptr [rsi + 0]{1to8}
vmovshdup zmm10{k1}, zmm16
vpsubd zmm16, zmm28, zmm30
vpmuludq zmm9, zmm9, qword ptr [rsi + 0]{1to8}
vmovshdup zmm0{k1}, zmm13
vmovshdup zmm7{k1}, zmm5
vpmulld zmm3, zmm3, dword ptr [rsi + 4]{1to16}
vpmuludq zmm5, zmm22, qword ptr [rsi + 0]{1to8}
vpmuludq zmm13, zmm26, qword ptr [rsi + 0]{1to8}
vmovshdup zmm17{k1}, zmm24
vmovshdup zmm11{k1}, zmm27
vpmuludq zmm27, zmm25, qword ptr [rsi + 0]{1to8}
vpmulld zmm10, zmm10, zmm31
vpsubd zmm24, zmm2, zmm30
vpminud zmm1, zmm29, zmm1
vpmulld zmm19, zmm19, dword ptr [rsi + 4]{1to16}
vpmulld zmm0, zmm0, zmm31
vpsubd zmm29, zmm6, zmm30
vpminud zmm16, zmm28, zmm16
vmovshdup zmm23{k1}, zmm5
vmovshdup zmm12{k1}, zmm13
vpmulld zmm4, zmm4, dword ptr [rsi + 4]{1to16}
vpmulld zmm7, zmm7, zmm31
vmovdqu64 zmmword ptr [rdi + 0], zmm1
vmovshdup zmm9{k1}, zmm27
vpmulld zmm8, zmm8, dword ptr [rsi + 4]{1to16}
vpmulld zmm17, zmm17, zmm31
vpsubd zmm27, zmm21, zmm30
vmovdqu64 zmmword ptr [rdi + 64], zmm16
vpmulld zmm18, zmm18, dword ptr [rsi + 4]{1to16}
vpmulld zmm11, zmm11, zmm31
vpsubd zmm16, zmm15, zmm30
vpsubd zmm1, zmm20, zmm30
vpmulld zmm22, zmm22, dword ptr [rsi + 4]{1to16}
vpmulld zmm23, zmm23, zmm31
vpsubd zmm13, zmm14, zmm30
vpsubd zmm10, zmm3, zmm10
vpmulld zmm26, zmm26, dword ptr [rsi + 4]{1to16}
vpmulld zmm12, zmm12, zmm31
vpsubd zmm0, zmm19, zmm0
vpminud zmm24, zmm2, zmm24
vpmulld zmm25, zmm25, dword ptr [rsi + 4]{1to16}
vpmulld zmm9, zmm9, zmm31
vpsubd zmm7, zmm4, zmm7
vpminud zmm29, zmm6, zmm29
vmovdqu64 zmmword ptr [rdi + 512], zmm10
vpsubd zmm17, zmm8, zmm17
vpminud zmm27, zmm21, zmm27
vpsubd zmm11, zmm18, zmm11
vpminud zmm16, zmm15, zmm16
vmovdqu64 zmmword ptr [rdi + 128], zmm24
vpsubd zmm23, zmm22, zmm23
vpminud zmm1, zmm20, zmm1
vpsubd zmm12, zmm26, zmm12
vpminud zmm13, zmm14, zmm13
vmovdqu64 zmmword ptr [rdi + 192], zmm29
vpsubd zmm9, zmm25, zmm9
vmovdqu64 zmmword ptr [rdi + 256], zmm27
vmovdqu64 zmmword ptr [rdi + 320], zmm16
vmovdqu64 zmmword ptr [rdi + 384], zmm1
vmovdqu64 zmmword ptr [rdi + 448], zmm13
vmovdqu64 zmmword ptr [rdi + 576], zmm0
vmovdqu64 zmmword ptr [rdi + 640], zmm7
vmovdqu64 zmmword ptr [rdi + 704], zmm17
vmovdqu64 zmmword ptr [rdi + 768], zmm11
vmovdqu64 zmmword ptr [rdi + 832], zmm23
vmovdqu64 zmmword ptr [rdi + 896], zmm12
vmovdqu64 zmmword ptr [rdi + 960], zmm9
add rdi, 1024
sub rsi, 120
dec rcx
jnz 2b
