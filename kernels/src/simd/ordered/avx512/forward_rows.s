// Written by generator.rs; do not edit.
mov r10d, 0x5555
kmovw k1, r10d
vpbroadcastd zmm31, r11d
vpaddd zmm30, zmm31, zmm31
2:
vmovdqu64 zmm0, zmmword ptr [rdi + 960]
vmovdqu64 zmm1, zmmword ptr [rdi + 448]
vmovdqu64 zmm2, zmmword ptr [rdi + 704]
vmovdqu64 zmm3, zmmword ptr [rdi + 832]
vmovdqu64 zmm4, zmmword ptr [rdi + 896]
vmovdqu64 zmm5, zmmword ptr [rdi + 192]
vmovdqu64 zmm6, zmmword ptr [rdi + 320]
vmovdqu64 zmm7, zmmword ptr [rdi + 384]
vmovdqu64 zmm8, zmmword ptr [rdi + 576]
vmovdqu64 zmm9, zmmword ptr [rdi + 640]
vmovdqu64 zmm10, zmmword ptr [rdi + 768]
vmovdqu64 zmm11, zmmword ptr [rdi + 64]
vmovdqu64 zmm12, zmmword ptr [rdi + 128]
vmovdqu64 zmm13, zmmword ptr [rdi + 256]
vmovshdup zmm14, zmm0
vpmuludq zmm15, zmm0, qword ptr [rsi + 0]{1to8}
vpmulld zmm0, zmm0, dword ptr [rsi + 4]{1to16}
vpsubd zmm16, zmm1, zmm30
vmovdqu64 zmm17, zmmword ptr [rdi + 512]
vmovdqu64 zmm18, zmmword ptr [rdi + 0]
vmovshdup zmm19, zmm2
vmovshdup zmm20, zmm3
vpmuludq zmm21, zmm2, qword ptr [rsi + 0]{1to8}
vpmuludq zmm22, zmm3, qword ptr [rsi + 0]{1to8}
vpmuludq zmm14, zmm14, qword ptr [rsi + 0]{1to8}
vmovshdup zmm23, zmm4
vpminud zmm16, zmm1, zmm16
vpmuludq zmm1, zmm4, qword ptr [rsi + 0]{1to8}
vpmuludq zmm19, zmm19, qword ptr [rsi + 0]{1to8}
vpmuludq zmm20, zmm20, qword ptr [rsi + 0]{1to8}
vpsubd zmm24, zmm5, zmm30
vpsubd zmm25, zmm6, zmm30
vpmuludq zmm23, zmm23, qword ptr [rsi + 0]{1to8}
vpmulld zmm2, zmm2, dword ptr [rsi + 4]{1to16}
vpsubd zmm26, zmm7, zmm30
vmovshdup zmm27, zmm8
vmovshdup zmm14{k1}, zmm15
vpmulld zmm3, zmm3, dword ptr [rsi + 4]{1to16}
vpmulld zmm4, zmm4, dword ptr [rsi + 4]{1to16}
vmovshdup zmm15, zmm9
vmovshdup zmm19{k1}, zmm21
vmovshdup zmm20{k1}, zmm22
vpminud zmm24, zmm5, zmm24
vmovshdup zmm5, zmm10
vpmulld zmm14, zmm14, zmm31
vmovshdup zmm23{k1}, zmm1
vpminud zmm25, zmm6, zmm25
vpminud zmm26, zmm7, zmm26
vpmulld zmm19, zmm19, zmm31
vpmulld zmm20, zmm20, zmm31
vpsubd zmm7, zmm11, zmm30
vpsubd zmm6, zmm12, zmm30
vpmulld zmm23, zmm23, zmm31
vpmuludq zmm1, zmm8, qword ptr [rsi + 0]{1to8}
vpsubd zmm22, zmm13, zmm30
vmovshdup zmm21, zmm17
vpsubd zmm14, zmm0, zmm14
vpmuludq zmm27, zmm27, qword ptr [rsi + 0]{1to8}
vpmuludq zmm0, zmm9, qword ptr [rsi + 0]{1to8}
vpminud zmm7, zmm11, zmm7
vpsubd zmm19, zmm2, zmm19
vpsubd zmm20, zmm3, zmm20
vpmuludq zmm15, zmm15, qword ptr [rsi + 0]{1to8}
vpmuludq zmm3, zmm10, qword ptr [rsi + 0]{1to8}
vpsubd zmm2, zmm16, zmm14
vpaddd zmm14, zmm16, zmm14
vpsubd zmm23, zmm4, zmm23
vpmuludq zmm5, zmm5, qword ptr [rsi + 0]{1to8}
vpsubd zmm4, zmm24, zmm19
vpaddd zmm19, zmm24, zmm19
vpsubd zmm24, zmm25, zmm20
vpaddd zmm20, zmm25, zmm20
vpaddd zmm2, zmm2, zmm30
vmovshdup zmm25, zmm14
vpmuludq zmm16, zmm14, qword ptr [rsi + 8]{1to8}
vpsubd zmm11, zmm26, zmm23
vpmulld zmm14, zmm14, dword ptr [rsi + 12]{1to16}
vpaddd zmm24, zmm24, zmm30
vpaddd zmm23, zmm26, zmm23
vpsubd zmm26, zmm19, zmm30
vmovshdup zmm28, zmm2
vpmuludq zmm25, zmm25, qword ptr [rsi + 8]{1to8}
vpmuludq zmm29, zmm2, qword ptr [rsi + 16]{1to8}
vpaddd zmm11, zmm11, zmm30
vpmulld zmm2, zmm2, dword ptr [rsi + 20]{1to16}
vmovshdup zmm27{k1}, zmm1
vmovshdup zmm15{k1}, zmm0
vmovshdup zmm5{k1}, zmm3
vpmuludq zmm28, zmm28, qword ptr [rsi + 16]{1to8}
vpaddd zmm3, zmm4, zmm30
vmovshdup zmm0, zmm20
vmovshdup zmm1, zmm23
vmovshdup zmm25{k1}, zmm16
vpminud zmm26, zmm19, zmm26
vmovshdup zmm19, zmm24
vmovshdup zmm16, zmm11
vpminud zmm3, zmm4, zmm3
vpmulld zmm8, zmm8, dword ptr [rsi + 4]{1to16}
vpmulld zmm27, zmm27, zmm31
vpminud zmm6, zmm12, zmm6
vmovshdup zmm28{k1}, zmm29
vpmulld zmm25, zmm25, zmm31
vpmulld zmm9, zmm9, dword ptr [rsi + 4]{1to16}
vpminud zmm22, zmm13, zmm22
vpmulld zmm15, zmm15, zmm31
vpmulld zmm10, zmm10, dword ptr [rsi + 4]{1to16}
vpsubd zmm13, zmm18, zmm30
vpmulld zmm28, zmm28, zmm31
vpmulld zmm5, zmm5, zmm31
vpsubd zmm27, zmm8, zmm27
vpsubd zmm25, zmm14, zmm25
vpmuludq zmm14, zmm20, qword ptr [rsi + 8]{1to8}
vpmuludq zmm0, zmm0, qword ptr [rsi + 8]{1to8}
vpminud zmm13, zmm18, zmm13
vpmuludq zmm18, zmm23, qword ptr [rsi + 8]{1to8}
vpmuludq zmm1, zmm1, qword ptr [rsi + 8]{1to8}
vpsubd zmm15, zmm9, zmm15
vpsubd zmm9, zmm7, zmm27
vpsubd zmm28, zmm2, zmm28
vpsubd zmm2, zmm26, zmm25
vpmuludq zmm8, zmm24, qword ptr [rsi + 16]{1to8}
vpmuludq zmm19, zmm19, qword ptr [rsi + 16]{1to8}
vpmuludq zmm29, zmm11, qword ptr [rsi + 16]{1to8}
vpmuludq zmm16, zmm16, qword ptr [rsi + 16]{1to8}
vpsubd zmm5, zmm10, zmm5
vpaddd zmm25, zmm26, zmm25
vpsubd zmm26, zmm3, zmm28
vpaddd zmm2, zmm2, zmm30
vpaddd zmm28, zmm3, zmm28
vmovshdup zmm0{k1}, zmm14
vmovshdup zmm1{k1}, zmm18
vmovshdup zmm19{k1}, zmm8
vpmuludq zmm8, zmm17, qword ptr [rsi + 0]{1to8}
vpmuludq zmm21, zmm21, qword ptr [rsi + 0]{1to8}
vpaddd zmm26, zmm26, zmm30
vmovshdup zmm16{k1}, zmm29
vpaddd zmm27, zmm7, zmm27
vpsubd zmm7, zmm6, zmm15
vpaddd zmm15, zmm6, zmm15
vpsubd zmm6, zmm22, zmm5
vmovshdup zmm29, zmm25
vmovshdup zmm18, zmm2
vmovshdup zmm14, zmm28
vmovshdup zmm3, zmm26
vpmulld zmm20, zmm20, dword ptr [rsi + 12]{1to16}
vpmulld zmm0, zmm0, zmm31
vpmulld zmm23, zmm23, dword ptr [rsi + 12]{1to16}
vpmulld zmm1, zmm1, zmm31
vpaddd zmm5, zmm22, zmm5
vpaddd zmm6, zmm6, zmm30
vpmulld zmm24, zmm24, dword ptr [rsi + 20]{1to16}
vpmulld zmm19, zmm19, zmm31
vpsubd zmm22, zmm27, zmm30
vpsubd zmm10, zmm15, zmm30
vpmulld zmm11, zmm11, dword ptr [rsi + 20]{1to16}
vpmulld zmm16, zmm16, zmm31
vpaddd zmm12, zmm9, zmm30
vpaddd zmm4, zmm7, zmm30
vpmuludq zmm29, zmm29, qword ptr [rsi + 24]{1to8}
vpmuludq zmm18, zmm18, qword ptr [rsi + 32]{1to8}
vmovshdup zmm21{k1}, zmm8
vmovshdup zmm8, zmm5
vpmuludq zmm14, zmm14, qword ptr [rsi + 40]{1to8}
vpmuludq zmm3, zmm3, qword ptr [rsi + 48]{1to8}
vpminud zmm22, zmm27, zmm22
vpsubd zmm0, zmm20, zmm0
vpmuludq zmm20, zmm25, qword ptr [rsi + 24]{1to8}
vpmuludq zmm27, zmm2, qword ptr [rsi + 32]{1to8}
vpminud zmm10, zmm15, zmm10
vpsubd zmm1, zmm23, zmm1
vpmuludq zmm23, zmm28, qword ptr [rsi + 40]{1to8}
vpmuludq zmm15, zmm26, qword ptr [rsi + 48]{1to8}
vpminud zmm12, zmm9, zmm12
vpsubd zmm19, zmm24, zmm19
vmovshdup zmm24, zmm6
vpminud zmm4, zmm7, zmm4
vpsubd zmm16, zmm11, zmm16
vpmulld zmm17, zmm17, dword ptr [rsi + 4]{1to16}
vpmulld zmm21, zmm21, zmm31
vmovshdup zmm29{k1}, zmm20
vmovshdup zmm18{k1}, zmm27
vpmuludq zmm27, zmm5, qword ptr [rsi + 8]{1to8}
vmovshdup zmm14{k1}, zmm23
vmovshdup zmm3{k1}, zmm15
vpmuludq zmm8, zmm8, qword ptr [rsi + 8]{1to8}
vpsubd zmm15, zmm22, zmm0
vpaddd zmm0, zmm22, zmm0
vpsubd zmm22, zmm10, zmm1
vpmuludq zmm23, zmm6, qword ptr [rsi + 16]{1to8}
vpmuludq zmm24, zmm24, qword ptr [rsi + 16]{1to8}
vpsubd zmm20, zmm12, zmm19
vpaddd zmm19, zmm12, zmm19
vpsubd zmm12, zmm4, zmm16
vpmulld zmm25, zmm25, dword ptr [rsi + 28]{1to16}
vpmulld zmm29, zmm29, zmm31
vpmulld zmm2, zmm2, dword ptr [rsi + 36]{1to16}
vpsubd zmm21, zmm17, zmm21
vpaddd zmm1, zmm10, zmm1
vpmulld zmm18, zmm18, zmm31
vpmulld zmm28, zmm28, dword ptr [rsi + 44]{1to16}
vpaddd zmm22, zmm22, zmm30
vpaddd zmm16, zmm4, zmm16
vpmulld zmm14, zmm14, zmm31
vpmulld zmm26, zmm26, dword ptr [rsi + 52]{1to16}
vpaddd zmm12, zmm12, zmm30
vpsubd zmm4, zmm0, zmm30
vpmulld zmm3, zmm3, zmm31
vpaddd zmm10, zmm15, zmm30
vpsubd zmm17, zmm19, zmm30
vpaddd zmm11, zmm20, zmm30
vmovshdup zmm8{k1}, zmm27
vmovshdup zmm24{k1}, zmm23
vpsubd zmm23, zmm13, zmm21
vpaddd zmm21, zmm13, zmm21
vmovshdup zmm13, zmm1
vpminud zmm4, zmm0, zmm4
vpsubd zmm29, zmm25, zmm29
vmovshdup zmm25, zmm22
vpminud zmm10, zmm15, zmm10
vpsubd zmm18, zmm2, zmm18
vmovshdup zmm2, zmm16
vpminud zmm17, zmm19, zmm17
vpsubd zmm14, zmm28, zmm14
vmovshdup zmm28, zmm12
vpminud zmm11, zmm20, zmm11
vpsubd zmm3, zmm26, zmm3
vpmulld zmm5, zmm5, dword ptr [rsi + 12]{1to16}
vpmulld zmm8, zmm8, zmm31
vpsubd zmm26, zmm21, zmm30
vpaddd zmm20, zmm23, zmm30
vpmulld zmm6, zmm6, dword ptr [rsi + 20]{1to16}
vpmulld zmm24, zmm24, zmm31
vpsubd zmm19, zmm4, zmm29
vpsubd zmm15, zmm10, zmm18
vpmuludq zmm0, zmm1, qword ptr [rsi + 24]{1to8}
vpmuludq zmm13, zmm13, qword ptr [rsi + 24]{1to8}
vpsubd zmm27, zmm17, zmm14
vpsubd zmm7, zmm11, zmm3
vpmuludq zmm9, zmm22, qword ptr [rsi + 32]{1to8}
vpmuludq zmm25, zmm25, qword ptr [rsi + 32]{1to8}
vpminud zmm26, zmm21, zmm26
vpsubd zmm8, zmm5, zmm8
vpmuludq zmm5, zmm16, qword ptr [rsi + 40]{1to8}
vpmuludq zmm2, zmm2, qword ptr [rsi + 40]{1to8}
vpminud zmm20, zmm23, zmm20
vpsubd zmm24, zmm6, zmm24
vpmuludq zmm6, zmm12, qword ptr [rsi + 48]{1to8}
vpmuludq zmm28, zmm28, qword ptr [rsi + 48]{1to8}
vpaddd zmm29, zmm4, zmm29
vpaddd zmm19, zmm19, zmm30
vpaddd zmm18, zmm10, zmm18
vpaddd zmm15, zmm15, zmm30
vpaddd zmm14, zmm17, zmm14
vpaddd zmm27, zmm27, zmm30
vpaddd zmm3, zmm11, zmm3
vpaddd zmm7, zmm7, zmm30
vmovshdup zmm13{k1}, zmm0
vmovshdup zmm25{k1}, zmm9
vmovshdup zmm2{k1}, zmm5
vmovshdup zmm28{k1}, zmm6
vpsubd zmm6, zmm26, zmm8
vpaddd zmm8, zmm26, zmm8
vpsubd zmm26, zmm20, zmm24
vpaddd zmm24, zmm20, zmm24
vmovshdup zmm20, zmm29
vmovshdup zmm5, zmm19
vmovshdup zmm9, zmm18
vmovshdup zmm0, zmm15
vmovshdup zmm11, zmm14
vmovshdup zmm17, zmm27
vmovshdup zmm10, zmm3
vmovshdup zmm4, zmm7
vpmulld zmm1, zmm1, dword ptr [rsi + 28]{1to16}
vpmulld zmm13, zmm13, zmm31
vpmulld zmm22, zmm22, dword ptr [rsi + 36]{1to16}
vpmulld zmm25, zmm25, zmm31
vpsubd zmm23, zmm8, zmm30
vpaddd zmm21, zmm6, zmm30
vpmulld zmm16, zmm16, dword ptr [rsi + 44]{1to16}
vpmulld zmm2, zmm2, zmm31
vpmulld zmm12, zmm12, dword ptr [rsi + 52]{1to16}
vpmulld zmm28, zmm28, zmm31
vpminud zmm23, zmm8, zmm23
vpsubd zmm13, zmm1, zmm13
vpsubd zmm1, zmm24, zmm30
vpaddd zmm8, zmm26, zmm30
vpmuludq zmm20, zmm20, qword ptr [rsi + 56]{1to8}
vpmuludq zmm5, zmm5, qword ptr [rsi + 64]{1to8}
vpmuludq zmm9, zmm9, qword ptr [rsi + 72]{1to8}
vpmuludq zmm0, zmm0, qword ptr [rsi + 80]{1to8}
vpminud zmm21, zmm6, zmm21
vpsubd zmm25, zmm22, zmm25
vpmuludq zmm22, zmm29, qword ptr [rsi + 56]{1to8}
vpmuludq zmm6, zmm19, qword ptr [rsi + 64]{1to8}
vpminud zmm1, zmm24, zmm1
vpsubd zmm2, zmm16, zmm2
vpmuludq zmm16, zmm18, qword ptr [rsi + 72]{1to8}
vpmuludq zmm24, zmm15, qword ptr [rsi + 80]{1to8}
vpminud zmm8, zmm26, zmm8
vpsubd zmm28, zmm12, zmm28
vpmuludq zmm12, zmm14, qword ptr [rsi + 88]{1to8}
vpmuludq zmm11, zmm11, qword ptr [rsi + 88]{1to8}
vpsubd zmm26, zmm23, zmm13
vpaddd zmm13, zmm23, zmm13
vpmuludq zmm23, zmm27, qword ptr [rsi + 96]{1to8}
vpmuludq zmm17, zmm17, qword ptr [rsi + 96]{1to8}
vmovshdup zmm20{k1}, zmm22
vmovshdup zmm5{k1}, zmm6
vpmuludq zmm6, zmm3, qword ptr [rsi + 104]{1to8}
vpmuludq zmm10, zmm10, qword ptr [rsi + 104]{1to8}
vmovshdup zmm9{k1}, zmm16
vmovshdup zmm0{k1}, zmm24
vpmuludq zmm24, zmm7, qword ptr [rsi + 112]{1to8}
vpmuludq zmm4, zmm4, qword ptr [rsi + 112]{1to8}
vmovshdup zmm11{k1}, zmm12
vpsubd zmm12, zmm21, zmm25
vmovshdup zmm17{k1}, zmm23
vpaddd zmm25, zmm21, zmm25
vpsubd zmm21, zmm1, zmm2
vpaddd zmm2, zmm1, zmm2
vmovshdup zmm10{k1}, zmm6
vpsubd zmm6, zmm8, zmm28
vpaddd zmm28, zmm8, zmm28
vpmulld zmm29, zmm29, dword ptr [rsi + 60]{1to16}
vmovshdup zmm4{k1}, zmm24
vpmulld zmm20, zmm20, zmm31
vpmulld zmm19, zmm19, dword ptr [rsi + 68]{1to16}
vpsubd zmm24, zmm13, zmm30
vpmulld zmm5, zmm5, zmm31
vpmulld zmm18, zmm18, dword ptr [rsi + 76]{1to16}
vpaddd zmm8, zmm26, zmm30
vpsubd zmm1, zmm25, zmm30
vpmulld zmm9, zmm9, zmm31
vpmulld zmm15, zmm15, dword ptr [rsi + 84]{1to16}
vpaddd zmm23, zmm12, zmm30
vpsubd zmm16, zmm2, zmm30
vpmulld zmm0, zmm0, zmm31
vpmulld zmm14, zmm14, dword ptr [rsi + 92]{1to16}
vpaddd zmm22, zmm21, zmm30
vpminud zmm24, zmm13, zmm24
vpmulld zmm11, zmm11, zmm31
vpmulld zmm27, zmm27, dword ptr [rsi + 100]{1to16}
vpsubd zmm13, zmm28, zmm30
vpsubd zmm20, zmm29, zmm20
vpmulld zmm17, zmm17, zmm31
vpmulld zmm3, zmm3, dword ptr [rsi + 108]{1to16}
vpaddd zmm29, zmm6, zmm30
vpminud zmm8, zmm26, zmm8
vpmulld zmm10, zmm10, zmm31
vpmulld zmm7, zmm7, dword ptr [rsi + 116]{1to16}
vpsubd zmm5, zmm19, zmm5
vpminud zmm1, zmm25, zmm1
vpmulld zmm4, zmm4, zmm31
vpsubd zmm9, zmm18, zmm9
vpminud zmm23, zmm12, zmm23
vpsubd zmm0, zmm15, zmm0
vpminud zmm16, zmm2, zmm16
vpsubd zmm11, zmm14, zmm11
vpminud zmm22, zmm21, zmm22
vpsubd zmm17, zmm27, zmm17
vpminud zmm13, zmm28, zmm13
vpsubd zmm10, zmm3, zmm10
vpminud zmm29, zmm6, zmm29
vpsubd zmm6, zmm24, zmm20
vpsubd zmm4, zmm7, zmm4
vpsubd zmm7, zmm8, zmm5
vpsubd zmm3, zmm1, zmm9
vpsubd zmm28, zmm23, zmm0
vpsubd zmm27, zmm16, zmm11
vpsubd zmm21, zmm22, zmm17
vpsubd zmm14, zmm13, zmm10
vpaddd zmm20, zmm24, zmm20
vpsubd zmm24, zmm29, zmm4
vpaddd zmm5, zmm8, zmm5
vpaddd zmm9, zmm1, zmm9
vpaddd zmm0, zmm23, zmm0
vpaddd zmm11, zmm16, zmm11
vpaddd zmm17, zmm22, zmm17
vpaddd zmm10, zmm13, zmm10
vpaddd zmm4, zmm29, zmm4
vmovdqu64 zmmword ptr [rdi + 0], zmm20
vpaddd zmm6, zmm6, zmm30
vpaddd zmm7, zmm7, zmm30
vpaddd zmm3, zmm3, zmm30
vpaddd zmm28, zmm28, zmm30
vmovdqu64 zmmword ptr [rdi + 128], zmm5
vpaddd zmm27, zmm27, zmm30
vpaddd zmm21, zmm21, zmm30
vpaddd zmm14, zmm14, zmm30
vpaddd zmm24, zmm24, zmm30
vmovdqu64 zmmword ptr [rdi + 256], zmm9
vmovdqu64 zmmword ptr [rdi + 64], zmm6
vmovdqu64 zmmword ptr [rdi + 192], zmm7
vmovdqu64 zmmword ptr [rdi + 320], zmm3
vmovdqu64 zmmword ptr [rdi + 384], zmm0
vmovdqu64 zmmword ptr [rdi + 448], zmm28
vmovdqu64 zmmword ptr [rdi + 512], zmm11
vmovdqu64 zmmword ptr [rdi + 576], zmm27
vmovdqu64 zmmword ptr [rdi + 640], zmm17
vmovdqu64 zmmword ptr [rdi + 704], zmm21
vmovdqu64 zmmword ptr [rdi + 768], zmm10
vmovdqu64 zmmword ptr [rdi + 832], zmm14
vmovdqu64 zmmword ptr [rdi + 896], zmm4
vmovdqu64 zmmword ptr [rdi + 960], zmm24
add rdi, 1024
add rsi, 120
dec rcx
jnz 2b
