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
vmovdqu64 zmm2, zmmword ptr [rdi + r8 + 0]
vmovdqu64 zmm3, zmmword ptr [rdi + 2*rdx + 0]
vmovdqu64 zmm4, zmmword ptr [rdi + r8 + 64]
vmovdqu64 zmm5, zmmword ptr [rdi + 2*rdx + 64]
vmovdqu64 zmm6, zmmword ptr [rdi + rdx + 0]
vmovdqu64 zmm7, zmmword ptr [rdi + rdx + 64]
vmovdqu64 zmm8, zmmword ptr [rdi + 4*rax + 0]
vmovdqu64 zmm9, zmmword ptr [rdi + 4*rax + 64]
vmovdqu64 zmm10, zmmword ptr [rdi + rax + 0]
vmovdqu64 zmm11, zmmword ptr [rdi + 2*rax + 0]
vmovdqu64 zmm12, zmmword ptr [rdi + rax + 64]
vmovdqu64 zmm13, zmmword ptr [rdi + 2*rax + 64]
vmovshdup zmm14, zmm0
vmovshdup zmm15, zmm1
vpmuludq zmm16, zmm0, qword ptr [rsi + 0]{1to8}
vpmuludq zmm17, zmm1, qword ptr [rsi + 0]{1to8}
vmovdqu64 zmm18, zmmword ptr [rdi + 0]
vmovdqu64 zmm19, zmmword ptr [rdi + 64]
vpmulld zmm0, zmm0, dword ptr [rsi + 4]{1to16}
vpmulld zmm1, zmm1, dword ptr [rsi + 4]{1to16}
vmovshdup zmm20, zmm2
vmovshdup zmm21, zmm3
vpmuludq zmm14, zmm14, qword ptr [rsi + 0]{1to8}
vpmuludq zmm15, zmm15, qword ptr [rsi + 0]{1to8}
vmovshdup zmm22, zmm4
vmovshdup zmm23, zmm5
vpmuludq zmm24, zmm2, qword ptr [rsi + 0]{1to8}
vpmuludq zmm20, zmm20, qword ptr [rsi + 0]{1to8}
vpmuludq zmm25, zmm3, qword ptr [rsi + 0]{1to8}
vpmuludq zmm21, zmm21, qword ptr [rsi + 0]{1to8}
vmovshdup zmm26, zmm8
vmovshdup zmm27, zmm9
vmovshdup zmm14{k1}, zmm16
vmovshdup zmm15{k1}, zmm17
vpmuludq zmm17, zmm4, qword ptr [rsi + 0]{1to8}
vpmuludq zmm22, zmm22, qword ptr [rsi + 0]{1to8}
vpmuludq zmm16, zmm5, qword ptr [rsi + 0]{1to8}
vpmuludq zmm23, zmm23, qword ptr [rsi + 0]{1to8}
vmovshdup zmm20{k1}, zmm24
vpmulld zmm14, zmm14, zmm31
vpmulld zmm15, zmm15, zmm31
vmovshdup zmm21{k1}, zmm25
vmovshdup zmm22{k1}, zmm17
vpmulld zmm2, zmm2, dword ptr [rsi + 4]{1to16}
vpmulld zmm20, zmm20, zmm31
vmovshdup zmm23{k1}, zmm16
vpmulld zmm3, zmm3, dword ptr [rsi + 4]{1to16}
vpmulld zmm21, zmm21, zmm31
vpsubd zmm14, zmm0, zmm14
vpsubd zmm15, zmm1, zmm15
vpmulld zmm4, zmm4, dword ptr [rsi + 4]{1to16}
vpmulld zmm22, zmm22, zmm31
vpmulld zmm5, zmm5, dword ptr [rsi + 4]{1to16}
vpmulld zmm23, zmm23, zmm31
vpsubd zmm20, zmm2, zmm20
vpsubd zmm2, zmm6, zmm14
vpsubd zmm1, zmm7, zmm15
vpaddd zmm14, zmm6, zmm14
vpaddd zmm15, zmm7, zmm15
vpsubd zmm21, zmm3, zmm21
vpsubd zmm22, zmm4, zmm22
vpmuludq zmm4, zmm8, qword ptr [rsi + 0]{1to8}
vpmuludq zmm26, zmm26, qword ptr [rsi + 0]{1to8}
vpaddd zmm2, zmm2, zmm30
vpaddd zmm1, zmm1, zmm30
vmovshdup zmm3, zmm14
vmovshdup zmm7, zmm15
vpmuludq zmm6, zmm14, qword ptr [rsi + 8]{1to8}
vpmuludq zmm0, zmm15, qword ptr [rsi + 8]{1to8}
vpsubd zmm23, zmm5, zmm23
vpsubd zmm5, zmm10, zmm20
vmovshdup zmm16, zmm2
vmovshdup zmm17, zmm1
vpmuludq zmm3, zmm3, qword ptr [rsi + 8]{1to8}
vpmuludq zmm25, zmm2, qword ptr [rsi + 16]{1to8}
vpmuludq zmm7, zmm7, qword ptr [rsi + 8]{1to8}
vpmuludq zmm24, zmm1, qword ptr [rsi + 16]{1to8}
vpaddd zmm20, zmm10, zmm20
vpsubd zmm10, zmm11, zmm21
vpmuludq zmm16, zmm16, qword ptr [rsi + 16]{1to8}
vpmuludq zmm17, zmm17, qword ptr [rsi + 16]{1to8}
vpsubd zmm28, zmm12, zmm22
vpaddd zmm22, zmm12, zmm22
vmovshdup zmm3{k1}, zmm6
vpmuludq zmm6, zmm9, qword ptr [rsi + 0]{1to8}
vpmuludq zmm27, zmm27, qword ptr [rsi + 0]{1to8}
vpsubd zmm12, zmm13, zmm23
vmovshdup zmm7{k1}, zmm0
vpmulld zmm14, zmm14, dword ptr [rsi + 12]{1to16}
vpmulld zmm2, zmm2, dword ptr [rsi + 20]{1to16}
vpaddd zmm21, zmm11, zmm21
vmovshdup zmm16{k1}, zmm25
vmovshdup zmm17{k1}, zmm24
vpmulld zmm3, zmm3, zmm31
vpmulld zmm15, zmm15, dword ptr [rsi + 12]{1to16}
vpmulld zmm7, zmm7, zmm31
vpmulld zmm1, zmm1, dword ptr [rsi + 20]{1to16}
vpaddd zmm10, zmm10, zmm30
vpsubd zmm24, zmm20, zmm30
vpmulld zmm16, zmm16, zmm31
vpmulld zmm17, zmm17, zmm31
vpaddd zmm25, zmm5, zmm30
vpaddd zmm23, zmm13, zmm23
vpaddd zmm12, zmm12, zmm30
vpsubd zmm13, zmm22, zmm30
vpaddd zmm11, zmm28, zmm30
vmovshdup zmm26{k1}, zmm4
vmovshdup zmm27{k1}, zmm6
vmovshdup zmm6, zmm21
vpminud zmm24, zmm20, zmm24
vpsubd zmm3, zmm14, zmm3
vmovshdup zmm14, zmm10
vpminud zmm25, zmm5, zmm25
vpsubd zmm16, zmm2, zmm16
vmovshdup zmm2, zmm23
vpminud zmm13, zmm22, zmm13
vpsubd zmm7, zmm15, zmm7
vmovshdup zmm15, zmm12
vpminud zmm11, zmm28, zmm11
vpsubd zmm17, zmm1, zmm17
vpmulld zmm8, zmm8, dword ptr [rsi + 4]{1to16}
vpmulld zmm26, zmm26, zmm31
vpsubd zmm1, zmm24, zmm3
vpmulld zmm9, zmm9, dword ptr [rsi + 4]{1to16}
vpmulld zmm27, zmm27, zmm31
vpsubd zmm28, zmm25, zmm16
vpsubd zmm22, zmm13, zmm7
vpmuludq zmm5, zmm21, qword ptr [rsi + 8]{1to8}
vpmuludq zmm6, zmm6, qword ptr [rsi + 8]{1to8}
vpsubd zmm20, zmm11, zmm17
vpaddd zmm3, zmm24, zmm3
vpmuludq zmm24, zmm10, qword ptr [rsi + 16]{1to8}
vpmuludq zmm14, zmm14, qword ptr [rsi + 16]{1to8}
vpsubd zmm26, zmm8, zmm26
vpaddd zmm1, zmm1, zmm30
vpmuludq zmm8, zmm23, qword ptr [rsi + 8]{1to8}
vpmuludq zmm2, zmm2, qword ptr [rsi + 8]{1to8}
vpaddd zmm16, zmm25, zmm16
vpaddd zmm28, zmm28, zmm30
vpmuludq zmm25, zmm12, qword ptr [rsi + 16]{1to8}
vpmuludq zmm15, zmm15, qword ptr [rsi + 16]{1to8}
vpsubd zmm27, zmm9, zmm27
vpaddd zmm7, zmm13, zmm7
vpaddd zmm22, zmm22, zmm30
vpaddd zmm17, zmm11, zmm17
vpaddd zmm20, zmm20, zmm30
vmovshdup zmm6{k1}, zmm5
vmovshdup zmm14{k1}, zmm24
vmovshdup zmm2{k1}, zmm8
vpsubd zmm8, zmm18, zmm26
vpaddd zmm26, zmm18, zmm26
vmovshdup zmm15{k1}, zmm25
vmovshdup zmm25, zmm3
vmovshdup zmm18, zmm1
vmovshdup zmm24, zmm16
vmovshdup zmm5, zmm28
vpsubd zmm11, zmm19, zmm27
vpaddd zmm27, zmm19, zmm27
vmovshdup zmm19, zmm7
vmovshdup zmm13, zmm22
vmovshdup zmm9, zmm17
vmovshdup zmm4, zmm20
vpmulld zmm21, zmm21, dword ptr [rsi + 12]{1to16}
vpmulld zmm6, zmm6, zmm31
vpmulld zmm10, zmm10, dword ptr [rsi + 20]{1to16}
vpsubd zmm0, zmm26, zmm30
vpaddd zmm29, zmm8, zmm30
vpmulld zmm14, zmm14, zmm31
vpmulld zmm23, zmm23, dword ptr [rsi + 12]{1to16}
vpmulld zmm2, zmm2, zmm31
vpmulld zmm12, zmm12, dword ptr [rsi + 20]{1to16}
vpminud zmm0, zmm26, zmm0
vpminud zmm29, zmm8, zmm29
vpmulld zmm15, zmm15, zmm31
vpmuludq zmm8, zmm3, qword ptr [rsi + 24]{1to8}
vpsubd zmm26, zmm27, zmm30
vpsubd zmm6, zmm21, zmm6
vpmuludq zmm25, zmm25, qword ptr [rsi + 24]{1to8}
vpmuludq zmm21, zmm1, qword ptr [rsi + 32]{1to8}
vpsubd zmm14, zmm10, zmm14
vpmuludq zmm18, zmm18, qword ptr [rsi + 32]{1to8}
vpmuludq zmm10, zmm16, qword ptr [rsi + 40]{1to8}
vpminud zmm26, zmm27, zmm26
vpsubd zmm2, zmm23, zmm2
vpmuludq zmm24, zmm24, qword ptr [rsi + 40]{1to8}
vpmuludq zmm23, zmm28, qword ptr [rsi + 48]{1to8}
vpaddd zmm27, zmm11, zmm30
vpsubd zmm15, zmm12, zmm15
vpmuludq zmm5, zmm5, qword ptr [rsi + 48]{1to8}
vpmuludq zmm12, zmm7, qword ptr [rsi + 24]{1to8}
vmovshdup zmm25{k1}, zmm8
vpsubd zmm8, zmm0, zmm6
vpmuludq zmm19, zmm19, qword ptr [rsi + 24]{1to8}
vpmuludq zmm13, zmm13, qword ptr [rsi + 32]{1to8}
vpminud zmm27, zmm11, zmm27
vmovshdup zmm18{k1}, zmm21
vpmuludq zmm21, zmm22, qword ptr [rsi + 32]{1to8}
vpmuludq zmm11, zmm17, qword ptr [rsi + 40]{1to8}
vmovshdup zmm24{k1}, zmm10
vpaddd zmm6, zmm0, zmm6
vpmuludq zmm9, zmm9, qword ptr [rsi + 40]{1to8}
vpmuludq zmm0, zmm20, qword ptr [rsi + 48]{1to8}
vmovshdup zmm5{k1}, zmm23
vpsubd zmm23, zmm29, zmm14
vpmuludq zmm4, zmm4, qword ptr [rsi + 48]{1to8}
vmovshdup zmm19{k1}, zmm12
vpaddd zmm14, zmm29, zmm14
vpsubd zmm29, zmm26, zmm2
vmovshdup zmm13{k1}, zmm21
vpaddd zmm2, zmm26, zmm2
vpsubd zmm26, zmm27, zmm15
vpaddd zmm15, zmm27, zmm15
vmovshdup zmm9{k1}, zmm11
vpmulld zmm3, zmm3, dword ptr [rsi + 28]{1to16}
vpmulld zmm25, zmm25, zmm31
vpsubd zmm11, zmm6, zmm30
vmovshdup zmm4{k1}, zmm0
vpmulld zmm1, zmm1, dword ptr [rsi + 36]{1to16}
vpmulld zmm18, zmm18, zmm31
vpaddd zmm0, zmm8, zmm30
vpmulld zmm16, zmm16, dword ptr [rsi + 44]{1to16}
vpmulld zmm24, zmm24, zmm31
vpsubd zmm27, zmm14, zmm30
vpaddd zmm21, zmm23, zmm30
vpmulld zmm28, zmm28, dword ptr [rsi + 52]{1to16}
vpmulld zmm5, zmm5, zmm31
vpsubd zmm12, zmm2, zmm30
vpaddd zmm10, zmm29, zmm30
vpmulld zmm7, zmm7, dword ptr [rsi + 28]{1to16}
vpmulld zmm19, zmm19, zmm31
vpminud zmm11, zmm6, zmm11
vpsubd zmm25, zmm3, zmm25
vpmulld zmm22, zmm22, dword ptr [rsi + 36]{1to16}
vpmulld zmm13, zmm13, zmm31
vpsubd zmm3, zmm15, zmm30
vpaddd zmm6, zmm26, zmm30
vpmulld zmm17, zmm17, dword ptr [rsi + 44]{1to16}
vpmulld zmm9, zmm9, zmm31
vpminud zmm0, zmm8, zmm0
vpsubd zmm18, zmm1, zmm18
vpmulld zmm20, zmm20, dword ptr [rsi + 52]{1to16}
vpmulld zmm4, zmm4, zmm31
vpminud zmm27, zmm14, zmm27
vpsubd zmm24, zmm16, zmm24
vpminud zmm21, zmm23, zmm21
vpsubd zmm5, zmm28, zmm5
vpminud zmm12, zmm2, zmm12
vpsubd zmm19, zmm7, zmm19
vpminud zmm10, zmm29, zmm10
vpsubd zmm13, zmm22, zmm13
vpminud zmm3, zmm15, zmm3
vpsubd zmm9, zmm17, zmm9
vpminud zmm6, zmm26, zmm6
vpsubd zmm4, zmm20, zmm4
vpsubd zmm20, zmm11, zmm25
vpsubd zmm26, zmm0, zmm18
vpsubd zmm17, zmm27, zmm24
vpsubd zmm15, zmm21, zmm5
vpsubd zmm22, zmm12, zmm19
vpsubd zmm29, zmm10, zmm13
vpsubd zmm7, zmm3, zmm9
vpsubd zmm2, zmm6, zmm4
vpaddd zmm25, zmm11, zmm25
vpaddd zmm18, zmm0, zmm18
vpaddd zmm24, zmm27, zmm24
vpaddd zmm5, zmm21, zmm5
vpaddd zmm20, zmm20, zmm30
vpaddd zmm26, zmm26, zmm30
vpaddd zmm17, zmm17, zmm30
vpaddd zmm15, zmm15, zmm30
vpaddd zmm19, zmm12, zmm19
vpaddd zmm13, zmm10, zmm13
vmovdqu64 zmmword ptr [rdi + 0], zmm25
vpaddd zmm9, zmm3, zmm9
vpaddd zmm4, zmm6, zmm4
vpaddd zmm22, zmm22, zmm30
vpaddd zmm29, zmm29, zmm30
vmovdqu64 zmmword ptr [rdi + rax + 0], zmm20
vpaddd zmm7, zmm7, zmm30
vpaddd zmm2, zmm2, zmm30
vmovdqu64 zmmword ptr [rdi + 2*rax + 0], zmm18
vmovdqu64 zmmword ptr [rdi + rdx + 0], zmm26
vmovdqu64 zmmword ptr [rdi + 4*rax + 0], zmm24
vmovdqu64 zmmword ptr [rdi + r8 + 0], zmm17
vmovdqu64 zmmword ptr [rdi + 2*rdx + 0], zmm5
vmovdqu64 zmmword ptr [rdi + r9 + 0], zmm15
vmovdqu64 zmmword ptr [rdi + 64], zmm19
vmovdqu64 zmmword ptr [rdi + rax + 64], zmm22
vmovdqu64 zmmword ptr [rdi + 2*rax + 64], zmm13
vmovdqu64 zmmword ptr [rdi + rdx + 64], zmm29
vmovdqu64 zmmword ptr [rdi + 4*rax + 64], zmm9
vmovdqu64 zmmword ptr [rdi + r8 + 64], zmm7
vmovdqu64 zmmword ptr [rdi + 2*rdx + 64], zmm4
vmovdqu64 zmmword ptr [rdi + r9 + 64], zmm2
add rdi, 128
dec rcx
jnz 2b
