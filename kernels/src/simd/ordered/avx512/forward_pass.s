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
vmovdqu64 zmm2, zmmword ptr [rdi + rdx + 0]
vmovdqu64 zmm3, zmmword ptr [rdi + rdx + 64]
vmovdqu64 zmm4, zmmword ptr [rdi + r8 + 0]
vmovdqu64 zmm5, zmmword ptr [rdi + 2*rdx + 0]
vmovdqu64 zmm6, zmmword ptr [rdi + r8 + 64]
vmovdqu64 zmm7, zmmword ptr [rdi + 2*rdx + 64]
vmovdqu64 zmm8, zmmword ptr [rdi + rax + 0]
vmovdqu64 zmm9, zmmword ptr [rdi + 2*rax + 0]
vmovdqu64 zmm10, zmmword ptr [rdi + rax + 64]
vmovdqu64 zmm11, zmmword ptr [rdi + 2*rax + 64]
vmovdqu64 zmm12, zmmword ptr [rdi + 4*rax + 0]
vmovdqu64 zmm13, zmmword ptr [rdi + 4*rax + 64]
vmovshdup zmm14, zmm0
vmovshdup zmm15, zmm1
vpmuludq zmm16, zmm0, qword ptr [rsi + 0]{1to8}
vpmuludq zmm17, zmm1, qword ptr [rsi + 0]{1to8}
vmovdqu64 zmm18, zmmword ptr [rdi + 0]
vmovdqu64 zmm19, zmmword ptr [rdi + 64]
vpmulld zmm0, zmm0, dword ptr [rsi + 4]{1to16}
vpmulld zmm1, zmm1, dword ptr [rsi + 4]{1to16}
vpsubd zmm20, zmm2, zmm30
vpsubd zmm21, zmm3, zmm30
vpmuludq zmm14, zmm14, qword ptr [rsi + 0]{1to8}
vpmuludq zmm15, zmm15, qword ptr [rsi + 0]{1to8}
vmovshdup zmm22, zmm4
vmovshdup zmm23, zmm5
vpminud zmm20, zmm2, zmm20
vmovshdup zmm2, zmm6
vmovshdup zmm24, zmm7
vpminud zmm21, zmm3, zmm21
vpmuludq zmm3, zmm4, qword ptr [rsi + 0]{1to8}
vpmuludq zmm22, zmm22, qword ptr [rsi + 0]{1to8}
vpsubd zmm25, zmm8, zmm30
vpsubd zmm26, zmm9, zmm30
vmovshdup zmm14{k1}, zmm16
vmovshdup zmm15{k1}, zmm17
vpmuludq zmm17, zmm5, qword ptr [rsi + 0]{1to8}
vpmuludq zmm23, zmm23, qword ptr [rsi + 0]{1to8}
vpmuludq zmm16, zmm6, qword ptr [rsi + 0]{1to8}
vpmuludq zmm2, zmm2, qword ptr [rsi + 0]{1to8}
vpsubd zmm27, zmm10, zmm30
vpsubd zmm28, zmm11, zmm30
vpmulld zmm14, zmm14, zmm31
vpmulld zmm15, zmm15, zmm31
vmovshdup zmm22{k1}, zmm3
vmovshdup zmm3, zmm12
vpmuludq zmm29, zmm7, qword ptr [rsi + 0]{1to8}
vpmuludq zmm24, zmm24, qword ptr [rsi + 0]{1to8}
vmovshdup zmm23{k1}, zmm17
vpminud zmm25, zmm8, zmm25
vmovshdup zmm2{k1}, zmm16
vpmulld zmm4, zmm4, dword ptr [rsi + 4]{1to16}
vpmulld zmm22, zmm22, zmm31
vpminud zmm26, zmm9, zmm26
vpsubd zmm14, zmm0, zmm14
vpsubd zmm15, zmm1, zmm15
vpmulld zmm5, zmm5, dword ptr [rsi + 4]{1to16}
vpmulld zmm23, zmm23, zmm31
vmovshdup zmm24{k1}, zmm29
vpmulld zmm6, zmm6, dword ptr [rsi + 4]{1to16}
vpmulld zmm2, zmm2, zmm31
vmovshdup zmm29, zmm13
vpsubd zmm1, zmm20, zmm14
vpsubd zmm0, zmm21, zmm15
vpaddd zmm14, zmm20, zmm14
vpaddd zmm15, zmm21, zmm15
vpmulld zmm7, zmm7, dword ptr [rsi + 4]{1to16}
vpmulld zmm24, zmm24, zmm31
vpsubd zmm22, zmm4, zmm22
vpsubd zmm23, zmm5, zmm23
vpaddd zmm1, zmm1, zmm30
vpaddd zmm0, zmm0, zmm30
vmovshdup zmm5, zmm14
vmovshdup zmm4, zmm15
vpmuludq zmm21, zmm14, qword ptr [rsi + 8]{1to8}
vpmuludq zmm20, zmm15, qword ptr [rsi + 8]{1to8}
vpminud zmm27, zmm10, zmm27
vpsubd zmm2, zmm6, zmm2
vmovshdup zmm6, zmm1
vmovshdup zmm10, zmm0
vpmuludq zmm5, zmm5, qword ptr [rsi + 8]{1to8}
vpmuludq zmm9, zmm1, qword ptr [rsi + 16]{1to8}
vpmuludq zmm4, zmm4, qword ptr [rsi + 8]{1to8}
vpmuludq zmm16, zmm0, qword ptr [rsi + 16]{1to8}
vpminud zmm28, zmm11, zmm28
vpsubd zmm24, zmm7, zmm24
vpmuludq zmm6, zmm6, qword ptr [rsi + 16]{1to8}
vpmuludq zmm10, zmm10, qword ptr [rsi + 16]{1to8}
vpsubd zmm7, zmm25, zmm22
vpaddd zmm22, zmm25, zmm22
vmovshdup zmm5{k1}, zmm21
vpmuludq zmm21, zmm12, qword ptr [rsi + 0]{1to8}
vpmuludq zmm3, zmm3, qword ptr [rsi + 0]{1to8}
vpsubd zmm25, zmm26, zmm23
vmovshdup zmm4{k1}, zmm20
vpmuludq zmm20, zmm13, qword ptr [rsi + 0]{1to8}
vpmuludq zmm29, zmm29, qword ptr [rsi + 0]{1to8}
vpsubd zmm11, zmm27, zmm2
vmovshdup zmm6{k1}, zmm9
vmovshdup zmm10{k1}, zmm16
vpaddd zmm2, zmm27, zmm2
vpsubd zmm27, zmm28, zmm24
vpmulld zmm14, zmm14, dword ptr [rsi + 12]{1to16}
vpmulld zmm5, zmm5, zmm31
vpaddd zmm23, zmm26, zmm23
vpaddd zmm25, zmm25, zmm30
vpmulld zmm1, zmm1, dword ptr [rsi + 20]{1to16}
vpmulld zmm6, zmm6, zmm31
vpsubd zmm26, zmm22, zmm30
vpaddd zmm16, zmm7, zmm30
vpmulld zmm15, zmm15, dword ptr [rsi + 12]{1to16}
vpmulld zmm4, zmm4, zmm31
vpaddd zmm24, zmm28, zmm24
vpaddd zmm27, zmm27, zmm30
vpmulld zmm0, zmm0, dword ptr [rsi + 20]{1to16}
vpmulld zmm10, zmm10, zmm31
vpsubd zmm28, zmm2, zmm30
vpaddd zmm9, zmm11, zmm30
vmovshdup zmm3{k1}, zmm21
vmovshdup zmm29{k1}, zmm20
vmovshdup zmm20, zmm23
vpminud zmm26, zmm22, zmm26
vpsubd zmm5, zmm14, zmm5
vmovshdup zmm14, zmm25
vpminud zmm16, zmm7, zmm16
vpsubd zmm6, zmm1, zmm6
vmovshdup zmm1, zmm24
vpminud zmm28, zmm2, zmm28
vpsubd zmm4, zmm15, zmm4
vmovshdup zmm15, zmm27
vpminud zmm9, zmm11, zmm9
vpsubd zmm10, zmm0, zmm10
vpmulld zmm12, zmm12, dword ptr [rsi + 4]{1to16}
vpmulld zmm3, zmm3, zmm31
vpmulld zmm13, zmm13, dword ptr [rsi + 4]{1to16}
vpmulld zmm29, zmm29, zmm31
vpsubd zmm0, zmm18, zmm30
vpsubd zmm11, zmm26, zmm5
vpmuludq zmm2, zmm23, qword ptr [rsi + 8]{1to8}
vpmuludq zmm20, zmm20, qword ptr [rsi + 8]{1to8}
vpsubd zmm7, zmm16, zmm6
vpsubd zmm22, zmm19, zmm30
vpmuludq zmm21, zmm25, qword ptr [rsi + 16]{1to8}
vpmuludq zmm14, zmm14, qword ptr [rsi + 16]{1to8}
vpsubd zmm8, zmm28, zmm4
vpsubd zmm17, zmm9, zmm10
vpmuludq zmm1, zmm1, qword ptr [rsi + 8]{1to8}
vpmuludq zmm15, zmm15, qword ptr [rsi + 16]{1to8}
vpminud zmm0, zmm18, zmm0
vpsubd zmm3, zmm12, zmm3
vpmuludq zmm12, zmm24, qword ptr [rsi + 8]{1to8}
vpmuludq zmm18, zmm27, qword ptr [rsi + 16]{1to8}
vpaddd zmm5, zmm26, zmm5
vpaddd zmm11, zmm11, zmm30
vpaddd zmm6, zmm16, zmm6
vpaddd zmm7, zmm7, zmm30
vpminud zmm22, zmm19, zmm22
vpsubd zmm29, zmm13, zmm29
vpaddd zmm4, zmm28, zmm4
vpaddd zmm8, zmm8, zmm30
vpaddd zmm10, zmm9, zmm10
vpaddd zmm17, zmm17, zmm30
vmovshdup zmm20{k1}, zmm2
vmovshdup zmm14{k1}, zmm21
vmovshdup zmm1{k1}, zmm12
vmovshdup zmm15{k1}, zmm18
vpsubd zmm18, zmm0, zmm3
vpaddd zmm3, zmm0, zmm3
vmovshdup zmm0, zmm5
vmovshdup zmm12, zmm11
vmovshdup zmm21, zmm6
vmovshdup zmm2, zmm7
vpsubd zmm9, zmm22, zmm29
vpaddd zmm29, zmm22, zmm29
vmovshdup zmm22, zmm4
vmovshdup zmm28, zmm8
vmovshdup zmm13, zmm10
vmovshdup zmm19, zmm17
vpmulld zmm23, zmm23, dword ptr [rsi + 12]{1to16}
vpmulld zmm20, zmm20, zmm31
vpsubd zmm16, zmm3, zmm30
vpaddd zmm26, zmm18, zmm30
vpmulld zmm25, zmm25, dword ptr [rsi + 20]{1to16}
vpmulld zmm14, zmm14, zmm31
vpmulld zmm24, zmm24, dword ptr [rsi + 12]{1to16}
vpmulld zmm1, zmm1, zmm31
vpminud zmm16, zmm3, zmm16
vpminud zmm26, zmm18, zmm26
vpmulld zmm27, zmm27, dword ptr [rsi + 20]{1to16}
vpmulld zmm15, zmm15, zmm31
vpsubd zmm18, zmm29, zmm30
vpaddd zmm3, zmm9, zmm30
vpmuludq zmm0, zmm0, qword ptr [rsi + 24]{1to8}
vpmuludq zmm12, zmm12, qword ptr [rsi + 32]{1to8}
vpsubd zmm20, zmm23, zmm20
vpsubd zmm14, zmm25, zmm14
vpmuludq zmm25, zmm5, qword ptr [rsi + 24]{1to8}
vpmuludq zmm23, zmm11, qword ptr [rsi + 32]{1to8}
vpminud zmm18, zmm29, zmm18
vpsubd zmm1, zmm24, zmm1
vpmuludq zmm24, zmm6, qword ptr [rsi + 40]{1to8}
vpmuludq zmm21, zmm21, qword ptr [rsi + 40]{1to8}
vpminud zmm3, zmm9, zmm3
vpsubd zmm15, zmm27, zmm15
vpmuludq zmm27, zmm7, qword ptr [rsi + 48]{1to8}
vpmuludq zmm2, zmm2, qword ptr [rsi + 48]{1to8}
vpsubd zmm9, zmm16, zmm20
vpaddd zmm20, zmm16, zmm20
vpmuludq zmm16, zmm4, qword ptr [rsi + 24]{1to8}
vpmuludq zmm22, zmm22, qword ptr [rsi + 24]{1to8}
vmovshdup zmm0{k1}, zmm25
vmovshdup zmm12{k1}, zmm23
vpmuludq zmm23, zmm8, qword ptr [rsi + 32]{1to8}
vpmuludq zmm28, zmm28, qword ptr [rsi + 32]{1to8}
vmovshdup zmm21{k1}, zmm24
vpsubd zmm24, zmm26, zmm14
vpmuludq zmm25, zmm10, qword ptr [rsi + 40]{1to8}
vpmuludq zmm13, zmm13, qword ptr [rsi + 40]{1to8}
vmovshdup zmm2{k1}, zmm27
vpaddd zmm14, zmm26, zmm14
vpmuludq zmm26, zmm17, qword ptr [rsi + 48]{1to8}
vpmuludq zmm19, zmm19, qword ptr [rsi + 48]{1to8}
vmovshdup zmm22{k1}, zmm16
vpsubd zmm16, zmm18, zmm1
vmovshdup zmm28{k1}, zmm23
vpaddd zmm1, zmm18, zmm1
vpsubd zmm18, zmm3, zmm15
vpaddd zmm15, zmm3, zmm15
vmovshdup zmm13{k1}, zmm25
vpmulld zmm5, zmm5, dword ptr [rsi + 28]{1to16}
vpmulld zmm0, zmm0, zmm31
vpsubd zmm25, zmm20, zmm30
vmovshdup zmm19{k1}, zmm26
vpmulld zmm11, zmm11, dword ptr [rsi + 36]{1to16}
vpmulld zmm12, zmm12, zmm31
vpaddd zmm26, zmm9, zmm30
vpmulld zmm6, zmm6, dword ptr [rsi + 44]{1to16}
vpmulld zmm21, zmm21, zmm31
vpsubd zmm3, zmm14, zmm30
vpaddd zmm23, zmm24, zmm30
vpmulld zmm7, zmm7, dword ptr [rsi + 52]{1to16}
vpmulld zmm2, zmm2, zmm31
vpsubd zmm27, zmm1, zmm30
vpaddd zmm29, zmm16, zmm30
vpmulld zmm4, zmm4, dword ptr [rsi + 28]{1to16}
vpmulld zmm22, zmm22, zmm31
vpminud zmm25, zmm20, zmm25
vpsubd zmm0, zmm5, zmm0
vpmulld zmm8, zmm8, dword ptr [rsi + 36]{1to16}
vpmulld zmm28, zmm28, zmm31
vpsubd zmm5, zmm15, zmm30
vpaddd zmm20, zmm18, zmm30
vpmulld zmm10, zmm10, dword ptr [rsi + 44]{1to16}
vpmulld zmm13, zmm13, zmm31
vpminud zmm26, zmm9, zmm26
vpsubd zmm12, zmm11, zmm12
vpmulld zmm17, zmm17, dword ptr [rsi + 52]{1to16}
vpmulld zmm19, zmm19, zmm31
vpminud zmm3, zmm14, zmm3
vpsubd zmm21, zmm6, zmm21
vpminud zmm23, zmm24, zmm23
vpsubd zmm2, zmm7, zmm2
vpminud zmm27, zmm1, zmm27
vpsubd zmm22, zmm4, zmm22
vpminud zmm29, zmm16, zmm29
vpsubd zmm28, zmm8, zmm28
vpminud zmm5, zmm15, zmm5
vpsubd zmm13, zmm10, zmm13
vpminud zmm20, zmm18, zmm20
vpsubd zmm19, zmm17, zmm19
vpsubd zmm17, zmm25, zmm0
vpsubd zmm18, zmm26, zmm12
vpsubd zmm10, zmm3, zmm21
vpsubd zmm15, zmm23, zmm2
vpsubd zmm8, zmm27, zmm22
vpsubd zmm16, zmm29, zmm28
vpsubd zmm4, zmm5, zmm13
vpsubd zmm1, zmm20, zmm19
vpaddd zmm0, zmm25, zmm0
vpaddd zmm12, zmm26, zmm12
vpaddd zmm21, zmm3, zmm21
vpaddd zmm2, zmm23, zmm2
vpaddd zmm17, zmm17, zmm30
vpaddd zmm18, zmm18, zmm30
vpaddd zmm10, zmm10, zmm30
vpaddd zmm15, zmm15, zmm30
vpaddd zmm22, zmm27, zmm22
vpaddd zmm28, zmm29, zmm28
vmovdqu64 zmmword ptr [rdi + 0], zmm0
vpaddd zmm13, zmm5, zmm13
vpaddd zmm19, zmm20, zmm19
vpaddd zmm8, zmm8, zmm30
vpaddd zmm16, zmm16, zmm30
vmovdqu64 zmmword ptr [rdi + rax + 0], zmm17
vpaddd zmm4, zmm4, zmm30
vpaddd zmm1, zmm1, zmm30
vmovdqu64 zmmword ptr [rdi + 2*rax + 0], zmm12
vmovdqu64 zmmword ptr [rdi + rdx + 0], zmm18
vmovdqu64 zmmword ptr [rdi + 4*rax + 0], zmm21
vmovdqu64 zmmword ptr [rdi + r8 + 0], zmm10
vmovdqu64 zmmword ptr [rdi + 2*rdx + 0], zmm2
vmovdqu64 zmmword ptr [rdi + r9 + 0], zmm15
vmovdqu64 zmmword ptr [rdi + 64], zmm22
vmovdqu64 zmmword ptr [rdi + rax + 64], zmm8
vmovdqu64 zmmword ptr [rdi + 2*rax + 64], zmm28
vmovdqu64 zmmword ptr [rdi + rdx + 64], zmm16
vmovdqu64 zmmword ptr [rdi + 4*rax + 64], zmm13
vmovdqu64 zmmword ptr [rdi + r8 + 64], zmm4
vmovdqu64 zmmword ptr [rdi + 2*rdx + 64], zmm19
vmovdqu64 zmmword ptr [rdi + r9 + 64], zmm1
add rdi, 128
dec rcx
jnz 2b
