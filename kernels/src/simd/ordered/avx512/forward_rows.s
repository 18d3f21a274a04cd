// Written by generator.rs; do not edit.
mov r10d, 0x5555
kmovw k1, r10d
vpbroadcastd zmm31, r11d
vpaddd zmm30, zmm31, zmm31
2:
vmovdqu64 zmm0, zmmword ptr [rdi + 960]
vmovshdup zmm1, zmm0
vmovdqu64 zmm2, zmmword ptr [rdi + 448]
vpmuludq zmm3, zmm0, qword ptr [rsi + 0]{1to8}
vmovdqu64 zmm4, zmmword ptr [rdi + 704]
vpmuludq zmm1, zmm1, qword ptr [rsi + 0]{1to8}
vmovdqu64 zmm5, zmmword ptr [rdi + 832]
vmovshdup zmm1{k1}, zmm3
vmovdqu64 zmm3, zmmword ptr [rdi + 896]
vpsubd zmm6, zmm2, zmm30
vmovdqu64 zmm7, zmmword ptr [rdi + 192]
vpmulld zmm0, zmm0, dword ptr [rsi + 4]{1to16}
vmovdqu64 zmm8, zmmword ptr [rdi + 320]
vpmulld zmm1, zmm1, zmm31
vmovdqu64 zmm9, zmmword ptr [rdi + 384]
vmovshdup zmm10, zmm4
vmovdqu64 zmm11, zmmword ptr [rdi + 576]
vmovshdup zmm12, zmm5
vmovdqu64 zmm13, zmmword ptr [rdi + 640]
vmovshdup zmm14, zmm3
vmovdqu64 zmm15, zmmword ptr [rdi + 768]
vpminud zmm6, zmm2, zmm6
vmovdqu64 zmm2, zmmword ptr [rdi + 64]
vpsubd zmm1, zmm0, zmm1
vmovdqu64 zmm0, zmmword ptr [rdi + 128]
vpmuludq zmm16, zmm4, qword ptr [rsi + 0]{1to8}
vmovdqu64 zmm17, zmmword ptr [rdi + 256]
vpmuludq zmm10, zmm10, qword ptr [rsi + 0]{1to8}
vmovdqu64 zmm18, zmmword ptr [rdi + 512]
vpmuludq zmm19, zmm5, qword ptr [rsi + 0]{1to8}
vmovdqu64 zmm20, zmmword ptr [rdi + 0]
vpmuludq zmm12, zmm12, qword ptr [rsi + 0]{1to8}
vpmuludq zmm21, zmm3, qword ptr [rsi + 0]{1to8}
vpmuludq zmm14, zmm14, qword ptr [rsi + 0]{1to8}
vpsubd zmm22, zmm6, zmm1
vmovshdup zmm10{k1}, zmm16
vmovshdup zmm12{k1}, zmm19
vmovshdup zmm14{k1}, zmm21
vpaddd zmm1, zmm6, zmm1
vpaddd zmm22, zmm22, zmm30
vpsubd zmm6, zmm7, zmm30
vpmulld zmm4, zmm4, dword ptr [rsi + 4]{1to16}
vpmulld zmm10, zmm10, zmm31
vpsubd zmm21, zmm8, zmm30
vpmulld zmm5, zmm5, dword ptr [rsi + 4]{1to16}
vpmulld zmm12, zmm12, zmm31
vpsubd zmm19, zmm9, zmm30
vpmulld zmm3, zmm3, dword ptr [rsi + 4]{1to16}
vpmulld zmm14, zmm14, zmm31
vmovshdup zmm16, zmm1
vmovshdup zmm23, zmm22
vmovshdup zmm24, zmm11
vmovshdup zmm25, zmm13
vpminud zmm6, zmm7, zmm6
vpsubd zmm10, zmm4, zmm10
vmovshdup zmm4, zmm15
vpminud zmm21, zmm8, zmm21
vpsubd zmm12, zmm5, zmm12
vpminud zmm19, zmm9, zmm19
vpsubd zmm14, zmm3, zmm14
vpmuludq zmm3, zmm1, qword ptr [rsi + 8]{1to8}
vpmuludq zmm16, zmm16, qword ptr [rsi + 8]{1to8}
vpmuludq zmm9, zmm22, qword ptr [rsi + 16]{1to8}
vpmuludq zmm23, zmm23, qword ptr [rsi + 16]{1to8}
vpmuludq zmm5, zmm11, qword ptr [rsi + 0]{1to8}
vpmuludq zmm24, zmm24, qword ptr [rsi + 0]{1to8}
vpmuludq zmm8, zmm13, qword ptr [rsi + 0]{1to8}
vpmuludq zmm25, zmm25, qword ptr [rsi + 0]{1to8}
vpsubd zmm7, zmm6, zmm10
vpaddd zmm10, zmm6, zmm10
vpmuludq zmm6, zmm15, qword ptr [rsi + 0]{1to8}
vpmuludq zmm4, zmm4, qword ptr [rsi + 0]{1to8}
vpsubd zmm26, zmm21, zmm12
vpsubd zmm27, zmm19, zmm14
vmovshdup zmm16{k1}, zmm3
vmovshdup zmm23{k1}, zmm9
vmovshdup zmm24{k1}, zmm5
vmovshdup zmm25{k1}, zmm8
vmovshdup zmm4{k1}, zmm6
vpaddd zmm12, zmm21, zmm12
vpaddd zmm26, zmm26, zmm30
vpaddd zmm14, zmm19, zmm14
vpaddd zmm27, zmm27, zmm30
vpsubd zmm19, zmm10, zmm30
vpmulld zmm1, zmm1, dword ptr [rsi + 12]{1to16}
vpmulld zmm16, zmm16, zmm31
vpaddd zmm21, zmm7, zmm30
vpmulld zmm22, zmm22, dword ptr [rsi + 20]{1to16}
vpmulld zmm23, zmm23, zmm31
vpsubd zmm6, zmm2, zmm30
vpmulld zmm11, zmm11, dword ptr [rsi + 4]{1to16}
vpmulld zmm24, zmm24, zmm31
vpsubd zmm8, zmm0, zmm30
vpmulld zmm13, zmm13, dword ptr [rsi + 4]{1to16}
vpmulld zmm25, zmm25, zmm31
vpsubd zmm5, zmm17, zmm30
vpmulld zmm15, zmm15, dword ptr [rsi + 4]{1to16}
vpmulld zmm4, zmm4, zmm31
vmovshdup zmm9, zmm12
vmovshdup zmm3, zmm14
vpminud zmm19, zmm10, zmm19
vpsubd zmm16, zmm1, zmm16
vmovshdup zmm1, zmm26
vmovshdup zmm10, zmm27
vpminud zmm21, zmm7, zmm21
vpsubd zmm23, zmm22, zmm23
vmovshdup zmm22, zmm18
vpminud zmm6, zmm2, zmm6
vpsubd zmm24, zmm11, zmm24
vpminud zmm8, zmm0, zmm8
vpsubd zmm25, zmm13, zmm25
vpminud zmm5, zmm17, zmm5
vpsubd zmm4, zmm15, zmm4
vpmuludq zmm15, zmm12, qword ptr [rsi + 8]{1to8}
vpmuludq zmm9, zmm9, qword ptr [rsi + 8]{1to8}
vpmuludq zmm17, zmm14, qword ptr [rsi + 8]{1to8}
vpmuludq zmm3, zmm3, qword ptr [rsi + 8]{1to8}
vpsubd zmm13, zmm19, zmm16
vpmuludq zmm0, zmm26, qword ptr [rsi + 16]{1to8}
vpmuludq zmm1, zmm1, qword ptr [rsi + 16]{1to8}
vpmuludq zmm11, zmm27, qword ptr [rsi + 16]{1to8}
vpmuludq zmm10, zmm10, qword ptr [rsi + 16]{1to8}
vpsubd zmm2, zmm21, zmm23
vpmuludq zmm7, zmm18, qword ptr [rsi + 0]{1to8}
vpmuludq zmm22, zmm22, qword ptr [rsi + 0]{1to8}
vpsubd zmm28, zmm6, zmm24
vpaddd zmm24, zmm6, zmm24
vpsubd zmm6, zmm8, zmm25
vpaddd zmm25, zmm8, zmm25
vpsubd zmm8, zmm5, zmm4
vmovshdup zmm9{k1}, zmm15
vmovshdup zmm3{k1}, zmm17
vpaddd zmm16, zmm19, zmm16
vpaddd zmm13, zmm13, zmm30
vmovshdup zmm1{k1}, zmm0
vmovshdup zmm10{k1}, zmm11
vpaddd zmm23, zmm21, zmm23
vpaddd zmm2, zmm2, zmm30
vmovshdup zmm22{k1}, zmm7
vpaddd zmm4, zmm5, zmm4
vpaddd zmm8, zmm8, zmm30
vpsubd zmm5, zmm24, zmm30
vpmulld zmm12, zmm12, dword ptr [rsi + 12]{1to16}
vpmulld zmm9, zmm9, zmm31
vpsubd zmm7, zmm25, zmm30
vpmulld zmm14, zmm14, dword ptr [rsi + 12]{1to16}
vpmulld zmm3, zmm3, zmm31
vpaddd zmm21, zmm28, zmm30
vpmulld zmm26, zmm26, dword ptr [rsi + 20]{1to16}
vpmulld zmm1, zmm1, zmm31
vpaddd zmm11, zmm6, zmm30
vpmulld zmm27, zmm27, dword ptr [rsi + 20]{1to16}
vpmulld zmm10, zmm10, zmm31
vmovshdup zmm0, zmm16
vmovshdup zmm19, zmm13
vmovshdup zmm17, zmm23
vmovshdup zmm15, zmm2
vpsubd zmm29, zmm20, zmm30
vpmulld zmm18, zmm18, dword ptr [rsi + 4]{1to16}
vpmulld zmm22, zmm22, zmm31
vpminud zmm5, zmm24, zmm5
vmovshdup zmm24, zmm4
vpsubd zmm9, zmm12, zmm9
vpminud zmm7, zmm25, zmm7
vpsubd zmm3, zmm14, zmm3
vmovshdup zmm14, zmm8
vpminud zmm21, zmm28, zmm21
vpsubd zmm1, zmm26, zmm1
vpminud zmm11, zmm6, zmm11
vpsubd zmm10, zmm27, zmm10
vpmuludq zmm27, zmm16, qword ptr [rsi + 24]{1to8}
vpmuludq zmm0, zmm0, qword ptr [rsi + 24]{1to8}
vpmuludq zmm6, zmm13, qword ptr [rsi + 32]{1to8}
vpmuludq zmm19, zmm19, qword ptr [rsi + 32]{1to8}
vpmuludq zmm26, zmm23, qword ptr [rsi + 40]{1to8}
vpmuludq zmm17, zmm17, qword ptr [rsi + 40]{1to8}
vpmuludq zmm28, zmm2, qword ptr [rsi + 48]{1to8}
vpmuludq zmm15, zmm15, qword ptr [rsi + 48]{1to8}
vpminud zmm29, zmm20, zmm29
vpsubd zmm22, zmm18, zmm22
vpmuludq zmm18, zmm4, qword ptr [rsi + 8]{1to8}
vpmuludq zmm24, zmm24, qword ptr [rsi + 8]{1to8}
vpsubd zmm20, zmm5, zmm9
vpaddd zmm9, zmm5, zmm9
vpsubd zmm5, zmm7, zmm3
vpmuludq zmm25, zmm8, qword ptr [rsi + 16]{1to8}
vpmuludq zmm14, zmm14, qword ptr [rsi + 16]{1to8}
vpsubd zmm12, zmm21, zmm1
vpaddd zmm1, zmm21, zmm1
vpsubd zmm21, zmm11, zmm10
vmovshdup zmm0{k1}, zmm27
vmovshdup zmm19{k1}, zmm6
vmovshdup zmm17{k1}, zmm26
vmovshdup zmm15{k1}, zmm28
vpsubd zmm28, zmm29, zmm22
vpaddd zmm22, zmm29, zmm22
vmovshdup zmm24{k1}, zmm18
vpaddd zmm3, zmm7, zmm3
vpaddd zmm5, zmm5, zmm30
vmovshdup zmm14{k1}, zmm25
vpaddd zmm10, zmm11, zmm10
vpaddd zmm21, zmm21, zmm30
vpsubd zmm11, zmm9, zmm30
vpmulld zmm16, zmm16, dword ptr [rsi + 28]{1to16}
vpmulld zmm0, zmm0, zmm31
vpaddd zmm25, zmm20, zmm30
vpmulld zmm13, zmm13, dword ptr [rsi + 36]{1to16}
vpmulld zmm19, zmm19, zmm31
vpsubd zmm7, zmm1, zmm30
vpmulld zmm23, zmm23, dword ptr [rsi + 44]{1to16}
vpmulld zmm17, zmm17, zmm31
vpaddd zmm18, zmm12, zmm30
vpmulld zmm2, zmm2, dword ptr [rsi + 52]{1to16}
vpmulld zmm15, zmm15, zmm31
vpsubd zmm29, zmm22, zmm30
vpmulld zmm4, zmm4, dword ptr [rsi + 12]{1to16}
vpmulld zmm24, zmm24, zmm31
vpaddd zmm26, zmm28, zmm30
vpmulld zmm8, zmm8, dword ptr [rsi + 20]{1to16}
vpmulld zmm14, zmm14, zmm31
vmovshdup zmm6, zmm3
vpminud zmm11, zmm9, zmm11
vpsubd zmm0, zmm16, zmm0
vmovshdup zmm16, zmm5
vpminud zmm25, zmm20, zmm25
vpsubd zmm19, zmm13, zmm19
vmovshdup zmm13, zmm10
vpminud zmm7, zmm1, zmm7
vpsubd zmm17, zmm23, zmm17
vmovshdup zmm23, zmm21
vpminud zmm18, zmm12, zmm18
vpsubd zmm15, zmm2, zmm15
vpminud zmm29, zmm22, zmm29
vpsubd zmm24, zmm4, zmm24
vpminud zmm26, zmm28, zmm26
vpsubd zmm14, zmm8, zmm14
vpmuludq zmm8, zmm3, qword ptr [rsi + 24]{1to8}
vpmuludq zmm6, zmm6, qword ptr [rsi + 24]{1to8}
vpsubd zmm28, zmm11, zmm0
vpmuludq zmm4, zmm5, qword ptr [rsi + 32]{1to8}
vpmuludq zmm16, zmm16, qword ptr [rsi + 32]{1to8}
vpsubd zmm22, zmm25, zmm19
vpmuludq zmm2, zmm10, qword ptr [rsi + 40]{1to8}
vpmuludq zmm13, zmm13, qword ptr [rsi + 40]{1to8}
vpsubd zmm12, zmm7, zmm17
vpmuludq zmm1, zmm21, qword ptr [rsi + 48]{1to8}
vpmuludq zmm23, zmm23, qword ptr [rsi + 48]{1to8}
vpsubd zmm20, zmm18, zmm15
vpsubd zmm9, zmm29, zmm24
vpaddd zmm24, zmm29, zmm24
vpsubd zmm29, zmm26, zmm14
vpaddd zmm14, zmm26, zmm14
vmovshdup zmm6{k1}, zmm8
vpaddd zmm0, zmm11, zmm0
vpaddd zmm28, zmm28, zmm30
vmovshdup zmm16{k1}, zmm4
vpaddd zmm19, zmm25, zmm19
vpaddd zmm22, zmm22, zmm30
vmovshdup zmm13{k1}, zmm2
vpaddd zmm17, zmm7, zmm17
vpaddd zmm12, zmm12, zmm30
vmovshdup zmm23{k1}, zmm1
vpaddd zmm15, zmm18, zmm15
vpaddd zmm20, zmm20, zmm30
vpsubd zmm18, zmm24, zmm30
vpmulld zmm3, zmm3, dword ptr [rsi + 28]{1to16}
vpmulld zmm6, zmm6, zmm31
vpaddd zmm1, zmm9, zmm30
vpmulld zmm5, zmm5, dword ptr [rsi + 36]{1to16}
vpmulld zmm16, zmm16, zmm31
vpsubd zmm7, zmm14, zmm30
vpmulld zmm10, zmm10, dword ptr [rsi + 44]{1to16}
vpmulld zmm13, zmm13, zmm31
vpaddd zmm2, zmm29, zmm30
vpmulld zmm21, zmm21, dword ptr [rsi + 52]{1to16}
vpmulld zmm23, zmm23, zmm31
vmovshdup zmm25, zmm0
vmovshdup zmm4, zmm28
vmovshdup zmm11, zmm19
vmovshdup zmm8, zmm22
vmovshdup zmm26, zmm17
vmovshdup zmm27, zmm12
vpminud zmm18, zmm24, zmm18
vmovshdup zmm24, zmm15
vpsubd zmm6, zmm3, zmm6
vmovshdup zmm3, zmm20
vpminud zmm1, zmm9, zmm1
vpsubd zmm16, zmm5, zmm16
vpminud zmm7, zmm14, zmm7
vpsubd zmm13, zmm10, zmm13
vpminud zmm2, zmm29, zmm2
vpsubd zmm23, zmm21, zmm23
vpmuludq zmm21, zmm0, qword ptr [rsi + 56]{1to8}
vpmuludq zmm25, zmm25, qword ptr [rsi + 56]{1to8}
vpmuludq zmm29, zmm28, qword ptr [rsi + 64]{1to8}
vpmuludq zmm4, zmm4, qword ptr [rsi + 64]{1to8}
vpmuludq zmm10, zmm19, qword ptr [rsi + 72]{1to8}
vpmuludq zmm11, zmm11, qword ptr [rsi + 72]{1to8}
vpmuludq zmm14, zmm22, qword ptr [rsi + 80]{1to8}
vpmuludq zmm8, zmm8, qword ptr [rsi + 80]{1to8}
vpmuludq zmm5, zmm17, qword ptr [rsi + 88]{1to8}
vpmuludq zmm26, zmm26, qword ptr [rsi + 88]{1to8}
vpmuludq zmm9, zmm12, qword ptr [rsi + 96]{1to8}
vpmuludq zmm27, zmm27, qword ptr [rsi + 96]{1to8}
vpmuludq zmm24, zmm24, qword ptr [rsi + 104]{1to8}
vpmuludq zmm3, zmm3, qword ptr [rsi + 112]{1to8}
vmovshdup zmm25{k1}, zmm21
vpmuludq zmm21, zmm15, qword ptr [rsi + 104]{1to8}
vmovshdup zmm4{k1}, zmm29
vpmuludq zmm29, zmm20, qword ptr [rsi + 112]{1to8}
vmovshdup zmm11{k1}, zmm10
vpsubd zmm10, zmm18, zmm6
vpaddd zmm6, zmm18, zmm6
vpsubd zmm18, zmm1, zmm16
vpaddd zmm16, zmm1, zmm16
vpsubd zmm1, zmm7, zmm13
vpaddd zmm13, zmm7, zmm13
vpsubd zmm7, zmm2, zmm23
vpaddd zmm23, zmm2, zmm23
vmovshdup zmm8{k1}, zmm14
vmovshdup zmm26{k1}, zmm5
vmovshdup zmm27{k1}, zmm9
vmovshdup zmm24{k1}, zmm21
vmovshdup zmm3{k1}, zmm29
vpsubd zmm29, zmm6, zmm30
vpmulld zmm0, zmm0, dword ptr [rsi + 60]{1to16}
vpmulld zmm25, zmm25, zmm31
vpaddd zmm21, zmm10, zmm30
vpmulld zmm28, zmm28, dword ptr [rsi + 68]{1to16}
vpmulld zmm4, zmm4, zmm31
vpsubd zmm9, zmm16, zmm30
vpmulld zmm19, zmm19, dword ptr [rsi + 76]{1to16}
vpmulld zmm11, zmm11, zmm31
vpaddd zmm5, zmm18, zmm30
vpmulld zmm22, zmm22, dword ptr [rsi + 84]{1to16}
vpmulld zmm8, zmm8, zmm31
vpsubd zmm14, zmm13, zmm30
vpmulld zmm17, zmm17, dword ptr [rsi + 92]{1to16}
vpmulld zmm26, zmm26, zmm31
vpaddd zmm2, zmm1, zmm30
vpmulld zmm12, zmm12, dword ptr [rsi + 100]{1to16}
vpmulld zmm27, zmm27, zmm31
vpmulld zmm15, zmm15, dword ptr [rsi + 108]{1to16}
vpmulld zmm24, zmm24, zmm31
vpmulld zmm20, zmm20, dword ptr [rsi + 116]{1to16}
vpmulld zmm3, zmm3, zmm31
vpminud zmm29, zmm6, zmm29
vpsubd zmm6, zmm23, zmm30
vpsubd zmm25, zmm0, zmm25
vpaddd zmm0, zmm7, zmm30
vpminud zmm21, zmm10, zmm21
vpsubd zmm4, zmm28, zmm4
vpminud zmm9, zmm16, zmm9
vpsubd zmm11, zmm19, zmm11
vpminud zmm5, zmm18, zmm5
vpsubd zmm8, zmm22, zmm8
vpminud zmm14, zmm13, zmm14
vpsubd zmm26, zmm17, zmm26
vpminud zmm2, zmm1, zmm2
vpsubd zmm27, zmm12, zmm27
vpminud zmm6, zmm23, zmm6
vpsubd zmm24, zmm15, zmm24
vpminud zmm0, zmm7, zmm0
vpsubd zmm3, zmm20, zmm3
vpsubd zmm20, zmm29, zmm25
vpsubd zmm7, zmm21, zmm4
vpsubd zmm15, zmm9, zmm11
vpsubd zmm23, zmm5, zmm8
vpsubd zmm12, zmm14, zmm26
vpsubd zmm1, zmm2, zmm27
vpsubd zmm17, zmm6, zmm24
vpsubd zmm13, zmm0, zmm3
vpaddd zmm25, zmm29, zmm25
vpaddd zmm4, zmm21, zmm4
vmovdqu64 zmmword ptr [rdi + 0], zmm25
vpaddd zmm11, zmm9, zmm11
vmovdqu64 zmmword ptr [rdi + 128], zmm4
vpaddd zmm8, zmm5, zmm8
vmovdqu64 zmmword ptr [rdi + 256], zmm11
vpaddd zmm26, zmm14, zmm26
vmovdqu64 zmmword ptr [rdi + 384], zmm8
vpaddd zmm27, zmm2, zmm27
vmovdqu64 zmmword ptr [rdi + 512], zmm26
vpaddd zmm24, zmm6, zmm24
vmovdqu64 zmmword ptr [rdi + 640], zmm27
vpaddd zmm3, zmm0, zmm3
vmovdqu64 zmmword ptr [rdi + 768], zmm24
vpaddd zmm20, zmm20, zmm30
vmovdqu64 zmmword ptr [rdi + 896], zmm3
vpaddd zmm7, zmm7, zmm30
vmovdqu64 zmmword ptr [rdi + 64], zmm20
vpaddd zmm15, zmm15, zmm30
vmovdqu64 zmmword ptr [rdi + 192], zmm7
vpaddd zmm23, zmm23, zmm30
vmovdqu64 zmmword ptr [rdi + 320], zmm15
vpaddd zmm12, zmm12, zmm30
vmovdqu64 zmmword ptr [rdi + 448], zmm23
vpaddd zmm1, zmm1, zmm30
vmovdqu64 zmmword ptr [rdi + 576], zmm12
vpaddd zmm17, zmm17, zmm30
vmovdqu64 zmmword ptr [rdi + 704], zmm1
vpaddd zmm13, zmm13, zmm30
vmovdqu64 zmmword ptr [rdi + 832], zmm17
vmovdqu64 zmmword ptr [rdi + 960], zmm13
add rdi, 1024
add rsi, 120
dec rcx
jnz 2b
