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
vmovdqu64 zmm4, zmmword ptr [rdi + r8 + 0]
vpmuludq zmm5, zmm0, qword ptr [rsi + 0]{1to8}
vmovdqu64 zmm6, zmmword ptr [rdi + 2*rdx + 0]
vpmuludq zmm2, zmm2, qword ptr [rsi + 0]{1to8}
vmovdqu64 zmm7, zmmword ptr [rdi + r8 + 64]
vpmuludq zmm8, zmm1, qword ptr [rsi + 0]{1to8}
vmovdqu64 zmm9, zmmword ptr [rdi + 2*rdx + 64]
vpmuludq zmm3, zmm3, qword ptr [rsi + 0]{1to8}
vmovdqu64 zmm10, zmmword ptr [rdi + rdx + 0]
vmovshdup zmm2{k1}, zmm5
vmovdqu64 zmm5, zmmword ptr [rdi + rdx + 64]
vmovshdup zmm3{k1}, zmm8
vmovdqu64 zmm8, zmmword ptr [rdi + 4*rax + 0]
vpmulld zmm0, zmm0, dword ptr [rsi + 4]{1to16}
vmovdqu64 zmm11, zmmword ptr [rdi + 4*rax + 64]
vpmulld zmm2, zmm2, zmm31
vmovdqu64 zmm12, zmmword ptr [rdi + rax + 0]
vpmulld zmm1, zmm1, dword ptr [rsi + 4]{1to16}
vmovdqu64 zmm13, zmmword ptr [rdi + 2*rax + 0]
vpmulld zmm3, zmm3, zmm31
vmovdqu64 zmm14, zmmword ptr [rdi + rax + 64]
vmovshdup zmm15, zmm4
vmovdqu64 zmm16, zmmword ptr [rdi + 2*rax + 64]
vmovshdup zmm17, zmm6
vmovdqu64 zmm18, zmmword ptr [rdi + 0]
vpsubd zmm2, zmm0, zmm2
vmovdqu64 zmm0, zmmword ptr [rdi + 64]
vmovshdup zmm19, zmm7
vmovshdup zmm20, zmm9
vpsubd zmm3, zmm1, zmm3
vpmuludq zmm1, zmm4, qword ptr [rsi + 0]{1to8}
vpmuludq zmm15, zmm15, qword ptr [rsi + 0]{1to8}
vpmuludq zmm21, zmm6, qword ptr [rsi + 0]{1to8}
vpmuludq zmm17, zmm17, qword ptr [rsi + 0]{1to8}
vpsubd zmm22, zmm10, zmm2
vpmuludq zmm23, zmm7, qword ptr [rsi + 0]{1to8}
vpmuludq zmm19, zmm19, qword ptr [rsi + 0]{1to8}
vpmuludq zmm24, zmm9, qword ptr [rsi + 0]{1to8}
vpmuludq zmm20, zmm20, qword ptr [rsi + 0]{1to8}
vpsubd zmm25, zmm5, zmm3
vmovshdup zmm15{k1}, zmm1
vmovshdup zmm17{k1}, zmm21
vpaddd zmm2, zmm10, zmm2
vpaddd zmm22, zmm22, zmm30
vmovshdup zmm19{k1}, zmm23
vmovshdup zmm20{k1}, zmm24
vpaddd zmm3, zmm5, zmm3
vpaddd zmm25, zmm25, zmm30
vpmulld zmm4, zmm4, dword ptr [rsi + 4]{1to16}
vpmulld zmm15, zmm15, zmm31
vpmulld zmm6, zmm6, dword ptr [rsi + 4]{1to16}
vpmulld zmm17, zmm17, zmm31
vmovshdup zmm5, zmm2
vmovshdup zmm24, zmm22
vpmulld zmm7, zmm7, dword ptr [rsi + 4]{1to16}
vpmulld zmm19, zmm19, zmm31
vpmulld zmm9, zmm9, dword ptr [rsi + 4]{1to16}
vpmulld zmm20, zmm20, zmm31
vmovshdup zmm23, zmm3
vmovshdup zmm10, zmm25
vmovshdup zmm21, zmm8
vpsubd zmm15, zmm4, zmm15
vpsubd zmm17, zmm6, zmm17
vpmuludq zmm6, zmm2, qword ptr [rsi + 8]{1to8}
vpmuludq zmm5, zmm5, qword ptr [rsi + 8]{1to8}
vpmuludq zmm4, zmm22, qword ptr [rsi + 16]{1to8}
vpmuludq zmm24, zmm24, qword ptr [rsi + 16]{1to8}
vmovshdup zmm1, zmm11
vpsubd zmm19, zmm7, zmm19
vpsubd zmm20, zmm9, zmm20
vpmuludq zmm9, zmm3, qword ptr [rsi + 8]{1to8}
vpmuludq zmm23, zmm23, qword ptr [rsi + 8]{1to8}
vpmuludq zmm7, zmm25, qword ptr [rsi + 16]{1to8}
vpmuludq zmm10, zmm10, qword ptr [rsi + 16]{1to8}
vpmuludq zmm26, zmm8, qword ptr [rsi + 0]{1to8}
vpmuludq zmm21, zmm21, qword ptr [rsi + 0]{1to8}
vpsubd zmm27, zmm12, zmm15
vpaddd zmm15, zmm12, zmm15
vpsubd zmm12, zmm13, zmm17
vmovshdup zmm5{k1}, zmm6
vmovshdup zmm24{k1}, zmm4
vpmuludq zmm4, zmm11, qword ptr [rsi + 0]{1to8}
vpmuludq zmm1, zmm1, qword ptr [rsi + 0]{1to8}
vpsubd zmm6, zmm14, zmm19
vpaddd zmm19, zmm14, zmm19
vpsubd zmm14, zmm16, zmm20
vmovshdup zmm23{k1}, zmm9
vmovshdup zmm10{k1}, zmm7
vmovshdup zmm21{k1}, zmm26
vpaddd zmm17, zmm13, zmm17
vpaddd zmm12, zmm12, zmm30
vpsubd zmm13, zmm15, zmm30
vpmulld zmm2, zmm2, dword ptr [rsi + 12]{1to16}
vpmulld zmm5, zmm5, zmm31
vpaddd zmm26, zmm27, zmm30
vpmulld zmm22, zmm22, dword ptr [rsi + 20]{1to16}
vpmulld zmm24, zmm24, zmm31
vmovshdup zmm1{k1}, zmm4
vpaddd zmm20, zmm16, zmm20
vpaddd zmm14, zmm14, zmm30
vpsubd zmm16, zmm19, zmm30
vpmulld zmm3, zmm3, dword ptr [rsi + 12]{1to16}
vpmulld zmm23, zmm23, zmm31
vpaddd zmm4, zmm6, zmm30
vpmulld zmm25, zmm25, dword ptr [rsi + 20]{1to16}
vpmulld zmm10, zmm10, zmm31
vpmulld zmm8, zmm8, dword ptr [rsi + 4]{1to16}
vpmulld zmm21, zmm21, zmm31
vmovshdup zmm7, zmm17
vpminud zmm13, zmm15, zmm13
vpsubd zmm5, zmm2, zmm5
vmovshdup zmm2, zmm12
vpminud zmm26, zmm27, zmm26
vpsubd zmm24, zmm22, zmm24
vpmulld zmm11, zmm11, dword ptr [rsi + 4]{1to16}
vpmulld zmm1, zmm1, zmm31
vmovshdup zmm22, zmm20
vpminud zmm16, zmm19, zmm16
vpsubd zmm23, zmm3, zmm23
vmovshdup zmm3, zmm14
vpminud zmm4, zmm6, zmm4
vpsubd zmm10, zmm25, zmm10
vpsubd zmm21, zmm8, zmm21
vpmuludq zmm8, zmm17, qword ptr [rsi + 8]{1to8}
vpmuludq zmm7, zmm7, qword ptr [rsi + 8]{1to8}
vpsubd zmm25, zmm13, zmm5
vpmuludq zmm6, zmm12, qword ptr [rsi + 16]{1to8}
vpmuludq zmm2, zmm2, qword ptr [rsi + 16]{1to8}
vpsubd zmm19, zmm26, zmm24
vpsubd zmm1, zmm11, zmm1
vpmuludq zmm11, zmm20, qword ptr [rsi + 8]{1to8}
vpmuludq zmm22, zmm22, qword ptr [rsi + 8]{1to8}
vpsubd zmm27, zmm16, zmm23
vpmuludq zmm15, zmm14, qword ptr [rsi + 16]{1to8}
vpmuludq zmm3, zmm3, qword ptr [rsi + 16]{1to8}
vpsubd zmm9, zmm4, zmm10
vpsubd zmm28, zmm18, zmm21
vpaddd zmm21, zmm18, zmm21
vmovshdup zmm7{k1}, zmm8
vpaddd zmm5, zmm13, zmm5
vpaddd zmm25, zmm25, zmm30
vmovshdup zmm2{k1}, zmm6
vpaddd zmm24, zmm26, zmm24
vpaddd zmm19, zmm19, zmm30
vpsubd zmm26, zmm0, zmm1
vpaddd zmm1, zmm0, zmm1
vmovshdup zmm22{k1}, zmm11
vpaddd zmm23, zmm16, zmm23
vpaddd zmm27, zmm27, zmm30
vmovshdup zmm3{k1}, zmm15
vpaddd zmm10, zmm4, zmm10
vpaddd zmm9, zmm9, zmm30
vpsubd zmm4, zmm21, zmm30
vpmulld zmm17, zmm17, dword ptr [rsi + 12]{1to16}
vpmulld zmm7, zmm7, zmm31
vpaddd zmm15, zmm28, zmm30
vpmulld zmm12, zmm12, dword ptr [rsi + 20]{1to16}
vpmulld zmm2, zmm2, zmm31
vmovshdup zmm16, zmm5
vmovshdup zmm11, zmm25
vmovshdup zmm0, zmm24
vmovshdup zmm6, zmm19
vpsubd zmm13, zmm1, zmm30
vpmulld zmm20, zmm20, dword ptr [rsi + 12]{1to16}
vpmulld zmm22, zmm22, zmm31
vpaddd zmm8, zmm26, zmm30
vpmulld zmm14, zmm14, dword ptr [rsi + 20]{1to16}
vpmulld zmm3, zmm3, zmm31
vmovshdup zmm18, zmm23
vmovshdup zmm29, zmm27
vpminud zmm4, zmm21, zmm4
vmovshdup zmm21, zmm10
vpsubd zmm7, zmm17, zmm7
vmovshdup zmm17, zmm9
vpminud zmm15, zmm28, zmm15
vpsubd zmm2, zmm12, zmm2
vpmuludq zmm12, zmm5, qword ptr [rsi + 24]{1to8}
vpmuludq zmm16, zmm16, qword ptr [rsi + 24]{1to8}
vpmuludq zmm28, zmm25, qword ptr [rsi + 32]{1to8}
vpmuludq zmm11, zmm11, qword ptr [rsi + 32]{1to8}
vpmuludq zmm0, zmm0, qword ptr [rsi + 40]{1to8}
vpmuludq zmm6, zmm6, qword ptr [rsi + 48]{1to8}
vpminud zmm13, zmm1, zmm13
vpmuludq zmm1, zmm24, qword ptr [rsi + 40]{1to8}
vpsubd zmm22, zmm20, zmm22
vpmuludq zmm20, zmm19, qword ptr [rsi + 48]{1to8}
vpminud zmm8, zmm26, zmm8
vpsubd zmm3, zmm14, zmm3
vpmuludq zmm14, zmm23, qword ptr [rsi + 24]{1to8}
vpmuludq zmm18, zmm18, qword ptr [rsi + 24]{1to8}
vpmuludq zmm26, zmm27, qword ptr [rsi + 32]{1to8}
vpmuludq zmm29, zmm29, qword ptr [rsi + 32]{1to8}
vpmuludq zmm21, zmm21, qword ptr [rsi + 40]{1to8}
vpmuludq zmm17, zmm17, qword ptr [rsi + 48]{1to8}
vmovshdup zmm16{k1}, zmm12
vpmuludq zmm12, zmm10, qword ptr [rsi + 40]{1to8}
vmovshdup zmm11{k1}, zmm28
vpmuludq zmm28, zmm9, qword ptr [rsi + 48]{1to8}
vmovshdup zmm0{k1}, zmm1
vpsubd zmm1, zmm4, zmm7
vpaddd zmm7, zmm4, zmm7
vpsubd zmm4, zmm15, zmm2
vpaddd zmm2, zmm15, zmm2
vmovshdup zmm6{k1}, zmm20
vpsubd zmm20, zmm13, zmm22
vpaddd zmm22, zmm13, zmm22
vpsubd zmm13, zmm8, zmm3
vpaddd zmm3, zmm8, zmm3
vmovshdup zmm18{k1}, zmm14
vmovshdup zmm29{k1}, zmm26
vmovshdup zmm21{k1}, zmm12
vmovshdup zmm17{k1}, zmm28
vpsubd zmm28, zmm7, zmm30
vpmulld zmm5, zmm5, dword ptr [rsi + 28]{1to16}
vpmulld zmm16, zmm16, zmm31
vpaddd zmm12, zmm1, zmm30
vpmulld zmm25, zmm25, dword ptr [rsi + 36]{1to16}
vpmulld zmm11, zmm11, zmm31
vpsubd zmm26, zmm2, zmm30
vpmulld zmm24, zmm24, dword ptr [rsi + 44]{1to16}
vpmulld zmm0, zmm0, zmm31
vpaddd zmm14, zmm4, zmm30
vpmulld zmm19, zmm19, dword ptr [rsi + 52]{1to16}
vpmulld zmm6, zmm6, zmm31
vpsubd zmm8, zmm22, zmm30
vpmulld zmm23, zmm23, dword ptr [rsi + 28]{1to16}
vpmulld zmm18, zmm18, zmm31
vpaddd zmm15, zmm20, zmm30
vpmulld zmm27, zmm27, dword ptr [rsi + 36]{1to16}
vpmulld zmm29, zmm29, zmm31
vpmulld zmm10, zmm10, dword ptr [rsi + 44]{1to16}
vpmulld zmm21, zmm21, zmm31
vpmulld zmm9, zmm9, dword ptr [rsi + 52]{1to16}
vpmulld zmm17, zmm17, zmm31
vpminud zmm28, zmm7, zmm28
vpsubd zmm7, zmm3, zmm30
vpsubd zmm16, zmm5, zmm16
vpaddd zmm5, zmm13, zmm30
vpminud zmm12, zmm1, zmm12
vpsubd zmm11, zmm25, zmm11
vpminud zmm26, zmm2, zmm26
vpsubd zmm0, zmm24, zmm0
vpminud zmm14, zmm4, zmm14
vpsubd zmm6, zmm19, zmm6
vpminud zmm8, zmm22, zmm8
vpsubd zmm18, zmm23, zmm18
vpminud zmm15, zmm20, zmm15
vpsubd zmm29, zmm27, zmm29
vpminud zmm7, zmm3, zmm7
vpsubd zmm21, zmm10, zmm21
vpminud zmm5, zmm13, zmm5
vpsubd zmm17, zmm9, zmm17
vpsubd zmm9, zmm28, zmm16
vpsubd zmm13, zmm12, zmm11
vpsubd zmm10, zmm26, zmm0
vpsubd zmm3, zmm14, zmm6
vpsubd zmm27, zmm8, zmm18
vpsubd zmm20, zmm15, zmm29
vpsubd zmm23, zmm7, zmm21
vpsubd zmm22, zmm5, zmm17
vpaddd zmm16, zmm28, zmm16
vpaddd zmm11, zmm12, zmm11
vmovdqu64 zmmword ptr [rdi + 0], zmm16
vpaddd zmm0, zmm26, zmm0
vmovdqu64 zmmword ptr [rdi + 2*rax + 0], zmm11
vpaddd zmm6, zmm14, zmm6
vmovdqu64 zmmword ptr [rdi + 4*rax + 0], zmm0
vpaddd zmm9, zmm9, zmm30
vmovdqu64 zmmword ptr [rdi + 2*rdx + 0], zmm6
vpaddd zmm13, zmm13, zmm30
vmovdqu64 zmmword ptr [rdi + rax + 0], zmm9
vpaddd zmm10, zmm10, zmm30
vmovdqu64 zmmword ptr [rdi + rdx + 0], zmm13
vpaddd zmm3, zmm3, zmm30
vmovdqu64 zmmword ptr [rdi + r8 + 0], zmm10
vpaddd zmm18, zmm8, zmm18
vmovdqu64 zmmword ptr [rdi + r9 + 0], zmm3
vpaddd zmm29, zmm15, zmm29
vmovdqu64 zmmword ptr [rdi + 64], zmm18
vpaddd zmm21, zmm7, zmm21
vmovdqu64 zmmword ptr [rdi + 2*rax + 64], zmm29
vpaddd zmm17, zmm5, zmm17
vmovdqu64 zmmword ptr [rdi + 4*rax + 64], zmm21
vpaddd zmm27, zmm27, zmm30
vmovdqu64 zmmword ptr [rdi + 2*rdx + 64], zmm17
vpaddd zmm20, zmm20, zmm30
vmovdqu64 zmmword ptr [rdi + rax + 64], zmm27
vpaddd zmm23, zmm23, zmm30
vmovdqu64 zmmword ptr [rdi + rdx + 64], zmm20
vpaddd zmm22, zmm22, zmm30
vmovdqu64 zmmword ptr [rdi + r8 + 64], zmm23
vmovdqu64 zmmword ptr [rdi + r9 + 64], zmm22
add rdi, 128
dec rcx
jnz 2b
