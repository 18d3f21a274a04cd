// Written by generator.rs; do not edit.
mov r10d, 0x5555
kmovw k1, r10d
vpbroadcastd zmm31, r11d
vpaddd zmm30, zmm31, zmm31
lea rdx, [rax + 2*rax]
lea r8, [rax + 4*rax]
lea r9, [rdx + 4*rax]
2:
vmovdqu64 zmm0, zmmword ptr [rdi + r9 + 0]
vmovdqu64 zmm1, zmmword ptr [rdi + r9 + 64]
vmovshdup zmm2, zmm0
vmovshdup zmm3, zmm1
vmovdqu64 zmm4, zmmword ptr [rdi + rdx + 0]
vpmuludq zmm5, zmm0, qword ptr [rsi + 0]{1to8}
vmovdqu64 zmm6, zmmword ptr [rdi + rdx + 64]
vpmuludq zmm2, zmm2, qword ptr [rsi + 0]{1to8}
vmovdqu64 zmm7, zmmword ptr [rdi + r8 + 0]
vpmuludq zmm8, zmm1, qword ptr [rsi + 0]{1to8}
vmovdqu64 zmm9, zmmword ptr [rdi + 2*rdx + 0]
vpmuludq zmm3, zmm3, qword ptr [rsi + 0]{1to8}
vmovdqu64 zmm10, zmmword ptr [rdi + r8 + 64]
vmovshdup zmm2{k1}, zmm5
vmovdqu64 zmm5, zmmword ptr [rdi + 2*rdx + 64]
vmovshdup zmm3{k1}, zmm8
vmovdqu64 zmm8, zmmword ptr [rdi + rax + 0]
vpsubd zmm11, zmm4, zmm30
vmovdqu64 zmm12, zmmword ptr [rdi + 2*rax + 0]
vpmulld zmm0, zmm0, dword ptr [rsi + 4]{1to16}
vmovdqu64 zmm13, zmmword ptr [rdi + rax + 64]
vpmulld zmm2, zmm2, zmm31
vmovdqu64 zmm14, zmmword ptr [rdi + 2*rax + 64]
vpsubd zmm15, zmm6, zmm30
vmovdqu64 zmm16, zmmword ptr [rdi + 4*rax + 0]
vpmulld zmm1, zmm1, dword ptr [rsi + 4]{1to16}
vmovdqu64 zmm17, zmmword ptr [rdi + 4*rax + 64]
vpmulld zmm3, zmm3, zmm31
vmovdqu64 zmm18, zmmword ptr [rdi + 0]
vmovshdup zmm19, zmm7
vmovdqu64 zmm20, zmmword ptr [rdi + 64]
vmovshdup zmm21, zmm9
vpminud zmm11, zmm4, zmm11
vpsubd zmm2, zmm0, zmm2
vmovshdup zmm0, zmm10
vmovshdup zmm4, zmm5
vpminud zmm15, zmm6, zmm15
vpsubd zmm3, zmm1, zmm3
vpmuludq zmm1, zmm7, qword ptr [rsi + 0]{1to8}
vpmuludq zmm19, zmm19, qword ptr [rsi + 0]{1to8}
vpmuludq zmm6, zmm9, qword ptr [rsi + 0]{1to8}
vpmuludq zmm21, zmm21, qword ptr [rsi + 0]{1to8}
vpsubd zmm22, zmm11, zmm2
vpmuludq zmm23, zmm10, qword ptr [rsi + 0]{1to8}
vpmuludq zmm0, zmm0, qword ptr [rsi + 0]{1to8}
vpmuludq zmm24, zmm5, qword ptr [rsi + 0]{1to8}
vpmuludq zmm4, zmm4, qword ptr [rsi + 0]{1to8}
vpsubd zmm25, zmm15, zmm3
vmovshdup zmm19{k1}, zmm1
vmovshdup zmm21{k1}, zmm6
vpaddd zmm2, zmm11, zmm2
vpaddd zmm22, zmm22, zmm30
vmovshdup zmm0{k1}, zmm23
vmovshdup zmm4{k1}, zmm24
vpaddd zmm3, zmm15, zmm3
vpaddd zmm25, zmm25, zmm30
vpsubd zmm15, zmm8, zmm30
vpmulld zmm7, zmm7, dword ptr [rsi + 4]{1to16}
vpmulld zmm19, zmm19, zmm31
vpsubd zmm24, zmm12, zmm30
vpmulld zmm9, zmm9, dword ptr [rsi + 4]{1to16}
vpmulld zmm21, zmm21, zmm31
vmovshdup zmm23, zmm2
vmovshdup zmm11, zmm22
vpsubd zmm6, zmm13, zmm30
vpmulld zmm10, zmm10, dword ptr [rsi + 4]{1to16}
vpmulld zmm0, zmm0, zmm31
vpsubd zmm1, zmm14, zmm30
vpmulld zmm5, zmm5, dword ptr [rsi + 4]{1to16}
vpmulld zmm4, zmm4, zmm31
vmovshdup zmm26, zmm3
vmovshdup zmm27, zmm25
vmovshdup zmm28, zmm16
vpminud zmm15, zmm8, zmm15
vpsubd zmm19, zmm7, zmm19
vpminud zmm24, zmm12, zmm24
vpsubd zmm21, zmm9, zmm21
vpmuludq zmm9, zmm2, qword ptr [rsi + 8]{1to8}
vpmuludq zmm23, zmm23, qword ptr [rsi + 8]{1to8}
vpmuludq zmm12, zmm22, qword ptr [rsi + 16]{1to8}
vpmuludq zmm11, zmm11, qword ptr [rsi + 16]{1to8}
vmovshdup zmm7, zmm17
vpminud zmm6, zmm13, zmm6
vpsubd zmm0, zmm10, zmm0
vpminud zmm1, zmm14, zmm1
vpsubd zmm4, zmm5, zmm4
vpmuludq zmm5, zmm3, qword ptr [rsi + 8]{1to8}
vpmuludq zmm26, zmm26, qword ptr [rsi + 8]{1to8}
vpmuludq zmm14, zmm25, qword ptr [rsi + 16]{1to8}
vpmuludq zmm27, zmm27, qword ptr [rsi + 16]{1to8}
vpmuludq zmm10, zmm16, qword ptr [rsi + 0]{1to8}
vpmuludq zmm28, zmm28, qword ptr [rsi + 0]{1to8}
vpsubd zmm13, zmm15, zmm19
vpaddd zmm19, zmm15, zmm19
vpsubd zmm15, zmm24, zmm21
vmovshdup zmm23{k1}, zmm9
vmovshdup zmm11{k1}, zmm12
vpmuludq zmm12, zmm17, qword ptr [rsi + 0]{1to8}
vpmuludq zmm7, zmm7, qword ptr [rsi + 0]{1to8}
vpsubd zmm9, zmm6, zmm0
vpaddd zmm0, zmm6, zmm0
vpsubd zmm6, zmm1, zmm4
vmovshdup zmm26{k1}, zmm5
vmovshdup zmm27{k1}, zmm14
vmovshdup zmm28{k1}, zmm10
vpaddd zmm21, zmm24, zmm21
vpaddd zmm15, zmm15, zmm30
vpsubd zmm24, zmm19, zmm30
vpmulld zmm2, zmm2, dword ptr [rsi + 12]{1to16}
vpmulld zmm23, zmm23, zmm31
vpaddd zmm10, zmm13, zmm30
vpmulld zmm22, zmm22, dword ptr [rsi + 20]{1to16}
vpmulld zmm11, zmm11, zmm31
vmovshdup zmm7{k1}, zmm12
vpaddd zmm4, zmm1, zmm4
vpaddd zmm6, zmm6, zmm30
vpsubd zmm1, zmm0, zmm30
vpmulld zmm3, zmm3, dword ptr [rsi + 12]{1to16}
vpmulld zmm26, zmm26, zmm31
vpaddd zmm12, zmm9, zmm30
vpmulld zmm25, zmm25, dword ptr [rsi + 20]{1to16}
vpmulld zmm27, zmm27, zmm31
vpsubd zmm14, zmm18, zmm30
vpmulld zmm16, zmm16, dword ptr [rsi + 4]{1to16}
vpmulld zmm28, zmm28, zmm31
vmovshdup zmm5, zmm21
vpminud zmm24, zmm19, zmm24
vpsubd zmm23, zmm2, zmm23
vmovshdup zmm2, zmm15
vpminud zmm10, zmm13, zmm10
vpsubd zmm11, zmm22, zmm11
vpsubd zmm22, zmm20, zmm30
vpmulld zmm17, zmm17, dword ptr [rsi + 4]{1to16}
vpmulld zmm7, zmm7, zmm31
vmovshdup zmm13, zmm4
vpminud zmm1, zmm0, zmm1
vpsubd zmm26, zmm3, zmm26
vmovshdup zmm3, zmm6
vpminud zmm12, zmm9, zmm12
vpsubd zmm27, zmm25, zmm27
vpminud zmm14, zmm18, zmm14
vpsubd zmm28, zmm16, zmm28
vpmuludq zmm16, zmm21, qword ptr [rsi + 8]{1to8}
vpmuludq zmm5, zmm5, qword ptr [rsi + 8]{1to8}
vpsubd zmm18, zmm24, zmm23
vpmuludq zmm25, zmm15, qword ptr [rsi + 16]{1to8}
vpmuludq zmm2, zmm2, qword ptr [rsi + 16]{1to8}
vpsubd zmm9, zmm10, zmm11
vpminud zmm22, zmm20, zmm22
vpsubd zmm7, zmm17, zmm7
vpmuludq zmm17, zmm4, qword ptr [rsi + 8]{1to8}
vpmuludq zmm13, zmm13, qword ptr [rsi + 8]{1to8}
vpsubd zmm20, zmm1, zmm26
vpmuludq zmm0, zmm6, qword ptr [rsi + 16]{1to8}
vpmuludq zmm3, zmm3, qword ptr [rsi + 16]{1to8}
vpsubd zmm19, zmm12, zmm27
vpsubd zmm8, zmm14, zmm28
vpaddd zmm28, zmm14, zmm28
vmovshdup zmm5{k1}, zmm16
vpaddd zmm23, zmm24, zmm23
vpaddd zmm18, zmm18, zmm30
vmovshdup zmm2{k1}, zmm25
vpaddd zmm11, zmm10, zmm11
vpaddd zmm9, zmm9, zmm30
vpsubd zmm10, zmm22, zmm7
vpaddd zmm7, zmm22, zmm7
vmovshdup zmm13{k1}, zmm17
vpaddd zmm26, zmm1, zmm26
vpaddd zmm20, zmm20, zmm30
vmovshdup zmm3{k1}, zmm0
vpaddd zmm27, zmm12, zmm27
vpaddd zmm19, zmm19, zmm30
vpsubd zmm12, zmm28, zmm30
vpmulld zmm21, zmm21, dword ptr [rsi + 12]{1to16}
vpmulld zmm5, zmm5, zmm31
vpaddd zmm0, zmm8, zmm30
vpmulld zmm15, zmm15, dword ptr [rsi + 20]{1to16}
vpmulld zmm2, zmm2, zmm31
vmovshdup zmm1, zmm23
vmovshdup zmm17, zmm18
vmovshdup zmm22, zmm11
vmovshdup zmm25, zmm9
vpsubd zmm24, zmm7, zmm30
vpmulld zmm4, zmm4, dword ptr [rsi + 12]{1to16}
vpmulld zmm13, zmm13, zmm31
vpaddd zmm16, zmm10, zmm30
vpmulld zmm6, zmm6, dword ptr [rsi + 20]{1to16}
vpmulld zmm3, zmm3, zmm31
vmovshdup zmm14, zmm26
vmovshdup zmm29, zmm20
vpminud zmm12, zmm28, zmm12
vmovshdup zmm28, zmm27
vpsubd zmm5, zmm21, zmm5
vmovshdup zmm21, zmm19
vpminud zmm0, zmm8, zmm0
vpsubd zmm2, zmm15, zmm2
vpmuludq zmm15, zmm23, qword ptr [rsi + 24]{1to8}
vpmuludq zmm1, zmm1, qword ptr [rsi + 24]{1to8}
vpmuludq zmm8, zmm18, qword ptr [rsi + 32]{1to8}
vpmuludq zmm17, zmm17, qword ptr [rsi + 32]{1to8}
vpmuludq zmm22, zmm22, qword ptr [rsi + 40]{1to8}
vpmuludq zmm25, zmm25, qword ptr [rsi + 48]{1to8}
vpminud zmm24, zmm7, zmm24
vpmuludq zmm7, zmm11, qword ptr [rsi + 40]{1to8}
vpsubd zmm13, zmm4, zmm13
vpmuludq zmm4, zmm9, qword ptr [rsi + 48]{1to8}
vpminud zmm16, zmm10, zmm16
vpsubd zmm3, zmm6, zmm3
vpmuludq zmm6, zmm26, qword ptr [rsi + 24]{1to8}
vpmuludq zmm14, zmm14, qword ptr [rsi + 24]{1to8}
vpmuludq zmm10, zmm20, qword ptr [rsi + 32]{1to8}
vpmuludq zmm29, zmm29, qword ptr [rsi + 32]{1to8}
vpmuludq zmm28, zmm28, qword ptr [rsi + 40]{1to8}
vpmuludq zmm21, zmm21, qword ptr [rsi + 48]{1to8}
vmovshdup zmm1{k1}, zmm15
vpmuludq zmm15, zmm27, qword ptr [rsi + 40]{1to8}
vmovshdup zmm17{k1}, zmm8
vpmuludq zmm8, zmm19, qword ptr [rsi + 48]{1to8}
vmovshdup zmm22{k1}, zmm7
vpsubd zmm7, zmm12, zmm5
vpaddd zmm5, zmm12, zmm5
vpsubd zmm12, zmm0, zmm2
vpaddd zmm2, zmm0, zmm2
vmovshdup zmm25{k1}, zmm4
vpsubd zmm4, zmm24, zmm13
vpaddd zmm13, zmm24, zmm13
vpsubd zmm24, zmm16, zmm3
vpaddd zmm3, zmm16, zmm3
vmovshdup zmm14{k1}, zmm6
vmovshdup zmm29{k1}, zmm10
vmovshdup zmm28{k1}, zmm15
vmovshdup zmm21{k1}, zmm8
vpsubd zmm8, zmm5, zmm30
vpmulld zmm23, zmm23, dword ptr [rsi + 28]{1to16}
vpmulld zmm1, zmm1, zmm31
vpaddd zmm15, zmm7, zmm30
vpmulld zmm18, zmm18, dword ptr [rsi + 36]{1to16}
vpmulld zmm17, zmm17, zmm31
vpsubd zmm10, zmm2, zmm30
vpmulld zmm11, zmm11, dword ptr [rsi + 44]{1to16}
vpmulld zmm22, zmm22, zmm31
vpaddd zmm6, zmm12, zmm30
vpmulld zmm9, zmm9, dword ptr [rsi + 52]{1to16}
vpmulld zmm25, zmm25, zmm31
vpsubd zmm16, zmm13, zmm30
vpmulld zmm26, zmm26, dword ptr [rsi + 28]{1to16}
vpmulld zmm14, zmm14, zmm31
vpaddd zmm0, zmm4, zmm30
vpmulld zmm20, zmm20, dword ptr [rsi + 36]{1to16}
vpmulld zmm29, zmm29, zmm31
vpmulld zmm27, zmm27, dword ptr [rsi + 44]{1to16}
vpmulld zmm28, zmm28, zmm31
vpmulld zmm19, zmm19, dword ptr [rsi + 52]{1to16}
vpmulld zmm21, zmm21, zmm31
vpminud zmm8, zmm5, zmm8
vpsubd zmm5, zmm3, zmm30
vpsubd zmm1, zmm23, zmm1
vpaddd zmm23, zmm24, zmm30
vpminud zmm15, zmm7, zmm15
vpsubd zmm17, zmm18, zmm17
vpminud zmm10, zmm2, zmm10
vpsubd zmm22, zmm11, zmm22
vpminud zmm6, zmm12, zmm6
vpsubd zmm25, zmm9, zmm25
vpminud zmm16, zmm13, zmm16
vpsubd zmm14, zmm26, zmm14
vpminud zmm0, zmm4, zmm0
vpsubd zmm29, zmm20, zmm29
vpminud zmm5, zmm3, zmm5
vpsubd zmm28, zmm27, zmm28
vpminud zmm23, zmm24, zmm23
vpsubd zmm21, zmm19, zmm21
vpsubd zmm19, zmm8, zmm1
vpsubd zmm24, zmm15, zmm17
vpsubd zmm27, zmm10, zmm22
vpsubd zmm3, zmm6, zmm25
vpsubd zmm20, zmm16, zmm14
vpsubd zmm4, zmm0, zmm29
vpsubd zmm26, zmm5, zmm28
vpsubd zmm13, zmm23, zmm21
vpaddd zmm1, zmm8, zmm1
vpaddd zmm17, zmm15, zmm17
vmovdqu64 zmmword ptr [rdi + 0], zmm1
vpaddd zmm22, zmm10, zmm22
vmovdqu64 zmmword ptr [rdi + 2*rax + 0], zmm17
vpaddd zmm25, zmm6, zmm25
vmovdqu64 zmmword ptr [rdi + 4*rax + 0], zmm22
vpaddd zmm19, zmm19, zmm30
vmovdqu64 zmmword ptr [rdi + 2*rdx + 0], zmm25
vpaddd zmm24, zmm24, zmm30
vmovdqu64 zmmword ptr [rdi + rax + 0], zmm19
vpaddd zmm27, zmm27, zmm30
vmovdqu64 zmmword ptr [rdi + rdx + 0], zmm24
vpaddd zmm3, zmm3, zmm30
vmovdqu64 zmmword ptr [rdi + r8 + 0], zmm27
vpaddd zmm14, zmm16, zmm14
vmovdqu64 zmmword ptr [rdi + r9 + 0], zmm3
vpaddd zmm29, zmm0, zmm29
vmovdqu64 zmmword ptr [rdi + 64], zmm14
vpaddd zmm28, zmm5, zmm28
vmovdqu64 zmmword ptr [rdi + 2*rax + 64], zmm29
vpaddd zmm21, zmm23, zmm21
vmovdqu64 zmmword ptr [rdi + 4*rax + 64], zmm28
vpaddd zmm20, zmm20, zmm30
vmovdqu64 zmmword ptr [rdi + 2*rdx + 64], zmm21
vpaddd zmm4, zmm4, zmm30
vmovdqu64 zmmword ptr [rdi + rax + 64], zmm20
vpaddd zmm26, zmm26, zmm30
vmovdqu64 zmmword ptr [rdi + rdx + 64], zmm4
vpaddd zmm13, zmm13, zmm30
vmovdqu64 zmmword ptr [rdi + r8 + 64], zmm26
vmovdqu64 zmmword ptr [rdi + r9 + 64], zmm13
add rdi, 128
dec rcx
jnz 2b
