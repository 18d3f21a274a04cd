// Written by generator.rs; do not edit.
mov r10d, 0x5555
kmovw k1, r10d
vpbroadcastd zmm31, r11d
vpaddd zmm30, zmm31, zmm31
2:
vmovdqu64 zmm0, zmmword ptr [rdx + 960]
vmovdqu64 zmm1, zmmword ptr [rdx + 896]
vmovdqu64 zmm2, zmmword ptr [rdx + 832]
vpunpckldq zmm3, zmm0, zmm1
vmovdqu64 zmm4, zmmword ptr [rdx + 768]
vpunpckhdq zmm1, zmm0, zmm1
vmovdqu64 zmm0, zmmword ptr [rdx + 704]
vpunpckldq zmm5, zmm2, zmm4
vmovdqu64 zmm6, zmmword ptr [rdx + 640]
vpunpckhdq zmm4, zmm2, zmm4
vmovdqu64 zmm2, zmmword ptr [rdx + 576]
vpunpckldq zmm7, zmm0, zmm6
vmovdqu64 zmm8, zmmword ptr [rdx + 512]
vpunpckhdq zmm6, zmm0, zmm6
vmovdqu64 zmm0, zmmword ptr [rdx + 448]
vpunpckldq zmm9, zmm2, zmm8
vmovdqu64 zmm10, zmmword ptr [rdx + 384]
vpunpckhdq zmm8, zmm2, zmm8
vmovdqu64 zmm2, zmmword ptr [rdx + 320]
vpunpckldq zmm11, zmm0, zmm10
vmovdqu64 zmm12, zmmword ptr [rdx + 256]
vpunpckhdq zmm10, zmm0, zmm10
vmovdqu64 zmm0, zmmword ptr [rdx + 192]
vpunpckldq zmm13, zmm2, zmm12
vmovdqu64 zmm14, zmmword ptr [rdx + 128]
vpunpckhdq zmm12, zmm2, zmm12
vmovdqu64 zmm2, zmmword ptr [rdx + 64]
vpunpckldq zmm15, zmm0, zmm14
vmovdqu64 zmm16, zmmword ptr [rdx + 0]
vpunpckhdq zmm14, zmm0, zmm14
vpunpckldq zmm0, zmm2, zmm16
prefetcht0 byte ptr [rdx + 4096]
vpunpckhdq zmm16, zmm2, zmm16
prefetcht0 byte ptr [rdx + 4160]
vpunpcklqdq zmm2, zmm3, zmm5
prefetcht0 byte ptr [rdx + 4224]
vpunpckhqdq zmm5, zmm3, zmm5
prefetcht0 byte ptr [rdx + 4288]
vpunpcklqdq zmm3, zmm1, zmm4
prefetcht0 byte ptr [rdx + 4352]
vpunpckhqdq zmm4, zmm1, zmm4
prefetcht0 byte ptr [rdx + 4416]
vpunpcklqdq zmm1, zmm7, zmm9
prefetcht0 byte ptr [rdx + 4480]
vpunpckhqdq zmm9, zmm7, zmm9
prefetcht0 byte ptr [rdx + 4544]
vpunpcklqdq zmm7, zmm6, zmm8
prefetcht0 byte ptr [rdx + 4608]
vpunpckhqdq zmm8, zmm6, zmm8
prefetcht0 byte ptr [rdx + 4672]
vpunpcklqdq zmm6, zmm11, zmm13
prefetcht0 byte ptr [rdx + 4736]
vpunpckhqdq zmm13, zmm11, zmm13
prefetcht0 byte ptr [rdx + 4800]
vpunpcklqdq zmm11, zmm10, zmm12
prefetcht0 byte ptr [rdx + 4864]
vpunpckhqdq zmm12, zmm10, zmm12
prefetcht0 byte ptr [rdx + 4928]
vpunpcklqdq zmm10, zmm15, zmm0
prefetcht0 byte ptr [rdx + 4992]
vpunpckhqdq zmm0, zmm15, zmm0
prefetcht0 byte ptr [rdx + 5056]
vpunpcklqdq zmm15, zmm14, zmm16
vpunpckhqdq zmm16, zmm14, zmm16
vshufi32x4 zmm14, zmm2, zmm1, 136
vshufi32x4 zmm17, zmm6, zmm10, 136
vshufi32x4 zmm1, zmm2, zmm1, 221
vshufi32x4 zmm10, zmm6, zmm10, 221
vshufi32x4 zmm6, zmm5, zmm9, 136
vshufi32x4 zmm2, zmm13, zmm0, 136
vshufi32x4 zmm9, zmm5, zmm9, 221
vshufi32x4 zmm0, zmm13, zmm0, 221
vshufi32x4 zmm13, zmm3, zmm7, 136
vshufi32x4 zmm5, zmm11, zmm15, 136
vshufi32x4 zmm7, zmm3, zmm7, 221
vshufi32x4 zmm15, zmm11, zmm15, 221
vshufi32x4 zmm11, zmm4, zmm8, 136
vshufi32x4 zmm3, zmm12, zmm16, 136
vshufi32x4 zmm8, zmm4, zmm8, 221
vshufi32x4 zmm16, zmm12, zmm16, 221
vshufi32x4 zmm12, zmm14, zmm17, 136
vshufi32x4 zmm4, zmm1, zmm10, 136
vshufi32x4 zmm17, zmm14, zmm17, 221
vshufi32x4 zmm10, zmm1, zmm10, 221
vshufi32x4 zmm1, zmm6, zmm2, 136
vshufi32x4 zmm14, zmm9, zmm0, 136
vshufi32x4 zmm2, zmm6, zmm2, 221
vshufi32x4 zmm0, zmm9, zmm0, 221
vshufi32x4 zmm9, zmm13, zmm5, 136
vshufi32x4 zmm6, zmm7, zmm15, 136
vshufi32x4 zmm5, zmm13, zmm5, 221
vshufi32x4 zmm15, zmm7, zmm15, 221
vshufi32x4 zmm7, zmm11, zmm3, 136
vshufi32x4 zmm13, zmm8, zmm16, 136
vshufi32x4 zmm3, zmm11, zmm3, 221
vshufi32x4 zmm16, zmm8, zmm16, 221
vpsubd zmm8, zmm1, zmm12
vpsubd zmm11, zmm7, zmm9
vpsubd zmm18, zmm14, zmm4
vpsubd zmm19, zmm13, zmm6
vpsubd zmm20, zmm2, zmm17
vpsubd zmm21, zmm3, zmm5
vpsubd zmm22, zmm0, zmm10
vpsubd zmm23, zmm16, zmm15
vpaddd zmm8, zmm8, zmm30
vpaddd zmm11, zmm11, zmm30
vpaddd zmm18, zmm18, zmm30
vpaddd zmm19, zmm19, zmm30
vpaddd zmm20, zmm20, zmm30
vpaddd zmm21, zmm21, zmm30
vpaddd zmm22, zmm22, zmm30
vpaddd zmm23, zmm23, zmm30
vmovshdup zmm24, zmm8
vmovshdup zmm25, zmm11
vmovshdup zmm26, zmm18
vmovshdup zmm27, zmm19
vmovshdup zmm28, zmm20
vmovshdup zmm29, zmm21
vpmuludq zmm24, zmm24, zmmword ptr [rsi + 1796]
vpmuludq zmm25, zmm25, zmmword ptr [rsi + 1668]
vpmuludq zmm26, zmm26, zmmword ptr [rsi + 1540]
vpmuludq zmm27, zmm27, zmmword ptr [rsi + 1412]
vpmuludq zmm28, zmm28, zmmword ptr [rsi + 1284]
vpmuludq zmm29, zmm29, zmmword ptr [rsi + 1156]
vpaddd zmm1, zmm12, zmm1
vmovshdup zmm12, zmm22
vpmuludq zmm12, zmm12, zmmword ptr [rsi + 1028]
vpaddd zmm7, zmm9, zmm7
vmovshdup zmm9, zmm23
vpmuludq zmm9, zmm9, zmmword ptr [rsi + 900]
vpaddd zmm14, zmm4, zmm14
vpmuludq zmm4, zmm8, zmmword ptr [rsi + 1792]
vmovshdup zmm24{k1}, zmm4
vpmuludq zmm4, zmm11, zmmword ptr [rsi + 1664]
vmovshdup zmm25{k1}, zmm4
vpmuludq zmm4, zmm18, zmmword ptr [rsi + 1536]
vmovshdup zmm26{k1}, zmm4
vpmuludq zmm4, zmm19, zmmword ptr [rsi + 1408]
vmovshdup zmm27{k1}, zmm4
vpmuludq zmm4, zmm20, zmmword ptr [rsi + 1280]
vmovshdup zmm28{k1}, zmm4
vpmuludq zmm4, zmm21, zmmword ptr [rsi + 1152]
vmovshdup zmm29{k1}, zmm4
vpmuludq zmm4, zmm22, zmmword ptr [rsi + 1024]
vmovshdup zmm12{k1}, zmm4
vpmuludq zmm4, zmm23, zmmword ptr [rsi + 896]
vmovshdup zmm9{k1}, zmm4
vpmulld zmm8, zmm8, zmmword ptr [rsi + 1856]
vpmulld zmm24, zmm24, zmm31
vpmulld zmm11, zmm11, zmmword ptr [rsi + 1728]
vpmulld zmm25, zmm25, zmm31
vpmulld zmm18, zmm18, zmmword ptr [rsi + 1600]
vpmulld zmm26, zmm26, zmm31
vpmulld zmm19, zmm19, zmmword ptr [rsi + 1472]
vpmulld zmm27, zmm27, zmm31
vpmulld zmm20, zmm20, zmmword ptr [rsi + 1344]
vpmulld zmm28, zmm28, zmm31
vpmulld zmm21, zmm21, zmmword ptr [rsi + 1216]
vpmulld zmm29, zmm29, zmm31
vpmulld zmm22, zmm22, zmmword ptr [rsi + 1088]
vpmulld zmm12, zmm12, zmm31
vpmulld zmm23, zmm23, zmmword ptr [rsi + 960]
vpmulld zmm9, zmm9, zmm31
vpsubd zmm24, zmm8, zmm24
vpsubd zmm25, zmm11, zmm25
vpsubd zmm26, zmm18, zmm26
vpaddd zmm13, zmm6, zmm13
vpsubd zmm27, zmm19, zmm27
vpaddd zmm2, zmm17, zmm2
vpsubd zmm28, zmm20, zmm28
vpaddd zmm3, zmm5, zmm3
vpsubd zmm29, zmm21, zmm29
vpaddd zmm0, zmm10, zmm0
vpsubd zmm12, zmm22, zmm12
vpaddd zmm16, zmm15, zmm16
vpsubd zmm9, zmm23, zmm9
vpsubd zmm23, zmm7, zmm1
vpsubd zmm15, zmm25, zmm24
vpsubd zmm22, zmm13, zmm14
vpsubd zmm10, zmm27, zmm26
vpsubd zmm21, zmm3, zmm2
vpsubd zmm5, zmm29, zmm28
vpsubd zmm20, zmm16, zmm0
vpsubd zmm17, zmm9, zmm12
vpaddd zmm23, zmm23, zmm30
vpaddd zmm15, zmm15, zmm30
vpaddd zmm22, zmm22, zmm30
vpaddd zmm10, zmm10, zmm30
vpaddd zmm21, zmm21, zmm30
vpaddd zmm5, zmm5, zmm30
vpaddd zmm20, zmm20, zmm30
vpaddd zmm17, zmm17, zmm30
vmovshdup zmm19, zmm23
vmovshdup zmm6, zmm15
vmovshdup zmm18, zmm22
vmovshdup zmm11, zmm10
vmovshdup zmm8, zmm21
vmovshdup zmm4, zmm5
vpmuludq zmm19, zmm19, zmmword ptr [rsi + 772]
vpmuludq zmm6, zmm6, zmmword ptr [rsi + 772]
vpmuludq zmm18, zmm18, zmmword ptr [rsi + 644]
vpmuludq zmm11, zmm11, zmmword ptr [rsi + 644]
vpmuludq zmm8, zmm8, zmmword ptr [rsi + 516]
vpmuludq zmm4, zmm4, zmmword ptr [rsi + 516]
vpaddd zmm7, zmm1, zmm7
vmovshdup zmm1, zmm20
vpmuludq zmm1, zmm1, zmmword ptr [rsi + 388]
vpaddd zmm25, zmm24, zmm25
vmovshdup zmm24, zmm17
vpmuludq zmm24, zmm24, zmmword ptr [rsi + 388]
vpaddd zmm13, zmm14, zmm13
vpmuludq zmm14, zmm23, zmmword ptr [rsi + 768]
vmovshdup zmm19{k1}, zmm14
vpmuludq zmm14, zmm15, zmmword ptr [rsi + 768]
vmovshdup zmm6{k1}, zmm14
vpmuludq zmm14, zmm22, zmmword ptr [rsi + 640]
vmovshdup zmm18{k1}, zmm14
vpmuludq zmm14, zmm10, zmmword ptr [rsi + 640]
vpaddd zmm27, zmm26, zmm27
vpmuludq zmm26, zmm21, zmmword ptr [rsi + 512]
vmovshdup zmm11{k1}, zmm14
vpmuludq zmm14, zmm5, zmmword ptr [rsi + 512]
vpaddd zmm3, zmm2, zmm3
vpmuludq zmm2, zmm20, zmmword ptr [rsi + 384]
vmovshdup zmm8{k1}, zmm26
vpmuludq zmm26, zmm17, zmmword ptr [rsi + 384]
vpaddd zmm29, zmm28, zmm29
vmovshdup zmm4{k1}, zmm14
vpaddd zmm16, zmm0, zmm16
vmovshdup zmm1{k1}, zmm2
vpaddd zmm9, zmm12, zmm9
vmovshdup zmm24{k1}, zmm26
vpsubd zmm26, zmm7, zmm30
vpmulld zmm23, zmm23, zmmword ptr [rsi + 832]
vpmulld zmm19, zmm19, zmm31
vpsubd zmm12, zmm25, zmm30
vpmulld zmm15, zmm15, zmmword ptr [rsi + 832]
vpmulld zmm6, zmm6, zmm31
vpsubd zmm2, zmm13, zmm30
vpmulld zmm22, zmm22, zmmword ptr [rsi + 704]
vpmulld zmm18, zmm18, zmm31
vpsubd zmm0, zmm27, zmm30
vpmulld zmm10, zmm10, zmmword ptr [rsi + 704]
vpmulld zmm11, zmm11, zmm31
vpsubd zmm14, zmm3, zmm30
vpmulld zmm21, zmm21, zmmword ptr [rsi + 576]
vpmulld zmm8, zmm8, zmm31
vpsubd zmm28, zmm29, zmm30
vpmulld zmm5, zmm5, zmmword ptr [rsi + 576]
vpmulld zmm4, zmm4, zmm31
vpmulld zmm20, zmm20, zmmword ptr [rsi + 448]
vpmulld zmm1, zmm1, zmm31
vpmulld zmm17, zmm17, zmmword ptr [rsi + 448]
vpmulld zmm24, zmm24, zmm31
vpminud zmm26, zmm7, zmm26
vpsubd zmm7, zmm16, zmm30
vpsubd zmm19, zmm23, zmm19
vpsubd zmm23, zmm9, zmm30
vpminud zmm12, zmm25, zmm12
vpsubd zmm6, zmm15, zmm6
vpminud zmm2, zmm13, zmm2
vpsubd zmm18, zmm22, zmm18
vpminud zmm0, zmm27, zmm0
vpsubd zmm11, zmm10, zmm11
vpminud zmm14, zmm3, zmm14
vpsubd zmm8, zmm21, zmm8
vpminud zmm28, zmm29, zmm28
vpsubd zmm4, zmm5, zmm4
vpminud zmm7, zmm16, zmm7
vpsubd zmm1, zmm20, zmm1
vpminud zmm23, zmm9, zmm23
vpsubd zmm24, zmm17, zmm24
vpsubd zmm17, zmm2, zmm26
vpsubd zmm9, zmm0, zmm12
vpsubd zmm20, zmm18, zmm19
vpsubd zmm16, zmm11, zmm6
vpsubd zmm5, zmm7, zmm14
vpsubd zmm29, zmm23, zmm28
vpsubd zmm21, zmm1, zmm8
vpsubd zmm3, zmm24, zmm4
vpaddd zmm17, zmm17, zmm30
vpaddd zmm9, zmm9, zmm30
vpaddd zmm20, zmm20, zmm30
vpaddd zmm16, zmm16, zmm30
vpaddd zmm5, zmm5, zmm30
vpaddd zmm29, zmm29, zmm30
vpaddd zmm21, zmm21, zmm30
vpaddd zmm3, zmm3, zmm30
vmovshdup zmm10, zmm17
vmovshdup zmm27, zmm9
vmovshdup zmm22, zmm20
vmovshdup zmm13, zmm16
vmovshdup zmm15, zmm5
vmovshdup zmm25, zmm29
vpmuludq zmm10, zmm10, zmmword ptr [rsi + 260]
vpmuludq zmm27, zmm27, zmmword ptr [rsi + 260]
vpmuludq zmm22, zmm22, zmmword ptr [rsi + 260]
vpmuludq zmm13, zmm13, zmmword ptr [rsi + 260]
vpmuludq zmm15, zmm15, zmmword ptr [rsi + 132]
vpmuludq zmm25, zmm25, zmmword ptr [rsi + 132]
vpaddd zmm2, zmm26, zmm2
vmovshdup zmm26, zmm21
vpmuludq zmm26, zmm26, zmmword ptr [rsi + 132]
vpaddd zmm0, zmm12, zmm0
vmovshdup zmm12, zmm3
vpmuludq zmm12, zmm12, zmmword ptr [rsi + 132]
vpaddd zmm18, zmm19, zmm18
vpmuludq zmm19, zmm17, zmmword ptr [rsi + 256]
vmovshdup zmm10{k1}, zmm19
vpmuludq zmm19, zmm9, zmmword ptr [rsi + 256]
vmovshdup zmm27{k1}, zmm19
vpmuludq zmm19, zmm20, zmmword ptr [rsi + 256]
vmovshdup zmm22{k1}, zmm19
vpmuludq zmm19, zmm16, zmmword ptr [rsi + 256]
vpaddd zmm11, zmm6, zmm11
vpmuludq zmm6, zmm5, zmmword ptr [rsi + 128]
vmovshdup zmm13{k1}, zmm19
vpmuludq zmm19, zmm29, zmmword ptr [rsi + 128]
vpaddd zmm7, zmm14, zmm7
vpmuludq zmm14, zmm21, zmmword ptr [rsi + 128]
vmovshdup zmm15{k1}, zmm6
vpmuludq zmm6, zmm3, zmmword ptr [rsi + 128]
vpaddd zmm23, zmm28, zmm23
vmovshdup zmm25{k1}, zmm19
vpaddd zmm1, zmm8, zmm1
vmovshdup zmm26{k1}, zmm14
vpaddd zmm24, zmm4, zmm24
vmovshdup zmm12{k1}, zmm6
vpsubd zmm6, zmm2, zmm30
vpmulld zmm17, zmm17, zmmword ptr [rsi + 320]
vpmulld zmm10, zmm10, zmm31
vpsubd zmm4, zmm0, zmm30
vpmulld zmm9, zmm9, zmmword ptr [rsi + 320]
vpmulld zmm27, zmm27, zmm31
vpsubd zmm14, zmm18, zmm30
vpmulld zmm20, zmm20, zmmword ptr [rsi + 320]
vpmulld zmm22, zmm22, zmm31
vpsubd zmm8, zmm11, zmm30
vpmulld zmm16, zmm16, zmmword ptr [rsi + 320]
vpmulld zmm13, zmm13, zmm31
vpsubd zmm19, zmm7, zmm30
vpmulld zmm5, zmm5, zmmword ptr [rsi + 192]
vpmulld zmm15, zmm15, zmm31
vpsubd zmm28, zmm23, zmm30
vpmulld zmm29, zmm29, zmmword ptr [rsi + 192]
vpmulld zmm25, zmm25, zmm31
vpmulld zmm21, zmm21, zmmword ptr [rsi + 192]
vpmulld zmm26, zmm26, zmm31
vpmulld zmm3, zmm3, zmmword ptr [rsi + 192]
vpmulld zmm12, zmm12, zmm31
vpminud zmm6, zmm2, zmm6
vpsubd zmm2, zmm1, zmm30
vpsubd zmm10, zmm17, zmm10
vpsubd zmm17, zmm24, zmm30
vpminud zmm4, zmm0, zmm4
vpsubd zmm27, zmm9, zmm27
vpminud zmm14, zmm18, zmm14
vpsubd zmm22, zmm20, zmm22
vpminud zmm8, zmm11, zmm8
vpsubd zmm13, zmm16, zmm13
vpminud zmm19, zmm7, zmm19
vpsubd zmm15, zmm5, zmm15
vpminud zmm28, zmm23, zmm28
vpsubd zmm25, zmm29, zmm25
vpminud zmm2, zmm1, zmm2
vpsubd zmm26, zmm21, zmm26
vpminud zmm17, zmm24, zmm17
vpsubd zmm12, zmm3, zmm12
vpsubd zmm3, zmm19, zmm6
vpsubd zmm24, zmm28, zmm4
vpsubd zmm21, zmm2, zmm14
vpsubd zmm1, zmm17, zmm8
vpsubd zmm29, zmm15, zmm10
vpsubd zmm23, zmm25, zmm27
vpsubd zmm5, zmm26, zmm22
vpsubd zmm7, zmm12, zmm13
vpaddd zmm3, zmm3, zmm30
vpaddd zmm24, zmm24, zmm30
vpaddd zmm21, zmm21, zmm30
vpaddd zmm1, zmm1, zmm30
vpaddd zmm29, zmm29, zmm30
vpaddd zmm23, zmm23, zmm30
vpaddd zmm5, zmm5, zmm30
vpaddd zmm7, zmm7, zmm30
vmovshdup zmm16, zmm3
vmovshdup zmm11, zmm24
vmovshdup zmm20, zmm21
vmovshdup zmm18, zmm1
vmovshdup zmm9, zmm29
vmovshdup zmm0, zmm23
vpmuludq zmm16, zmm16, zmmword ptr [rsi + 4]
vpmuludq zmm11, zmm11, zmmword ptr [rsi + 4]
vpmuludq zmm20, zmm20, zmmword ptr [rsi + 4]
vpmuludq zmm18, zmm18, zmmword ptr [rsi + 4]
vpmuludq zmm9, zmm9, zmmword ptr [rsi + 4]
vpmuludq zmm0, zmm0, zmmword ptr [rsi + 4]
vpaddd zmm19, zmm6, zmm19
vmovshdup zmm6, zmm5
vpmuludq zmm6, zmm6, zmmword ptr [rsi + 4]
vpaddd zmm28, zmm4, zmm28
vmovshdup zmm4, zmm7
vpmuludq zmm4, zmm4, zmmword ptr [rsi + 4]
vpaddd zmm2, zmm14, zmm2
vpmuludq zmm14, zmm3, zmmword ptr [rsi + 0]
vmovshdup zmm16{k1}, zmm14
vpmuludq zmm14, zmm24, zmmword ptr [rsi + 0]
vmovshdup zmm11{k1}, zmm14
vpmuludq zmm14, zmm21, zmmword ptr [rsi + 0]
vmovshdup zmm20{k1}, zmm14
vpmuludq zmm14, zmm1, zmmword ptr [rsi + 0]
vpaddd zmm17, zmm8, zmm17
vpmuludq zmm8, zmm29, zmmword ptr [rsi + 0]
vmovshdup zmm18{k1}, zmm14
vpmuludq zmm14, zmm23, zmmword ptr [rsi + 0]
vpaddd zmm15, zmm10, zmm15
vpmuludq zmm10, zmm5, zmmword ptr [rsi + 0]
vmovshdup zmm9{k1}, zmm8
vpmuludq zmm8, zmm7, zmmword ptr [rsi + 0]
vpaddd zmm25, zmm27, zmm25
vmovshdup zmm0{k1}, zmm14
vpaddd zmm26, zmm22, zmm26
vmovshdup zmm6{k1}, zmm10
vpaddd zmm12, zmm13, zmm12
vmovshdup zmm4{k1}, zmm8
vpsubd zmm8, zmm19, zmm30
vpmulld zmm3, zmm3, zmmword ptr [rsi + 64]
vpmulld zmm16, zmm16, zmm31
vpsubd zmm13, zmm28, zmm30
vpmulld zmm24, zmm24, zmmword ptr [rsi + 64]
vpmulld zmm11, zmm11, zmm31
vpsubd zmm10, zmm2, zmm30
vpmulld zmm21, zmm21, zmmword ptr [rsi + 64]
vpmulld zmm20, zmm20, zmm31
vpsubd zmm22, zmm17, zmm30
vpmulld zmm1, zmm1, zmmword ptr [rsi + 64]
vpmulld zmm18, zmm18, zmm31
vpsubd zmm14, zmm15, zmm30
vpmulld zmm29, zmm29, zmmword ptr [rsi + 64]
vpmulld zmm9, zmm9, zmm31
vpsubd zmm27, zmm25, zmm30
vpmulld zmm23, zmm23, zmmword ptr [rsi + 64]
vpmulld zmm0, zmm0, zmm31
vpmulld zmm5, zmm5, zmmword ptr [rsi + 64]
vpmulld zmm6, zmm6, zmm31
vpmulld zmm7, zmm7, zmmword ptr [rsi + 64]
vpmulld zmm4, zmm4, zmm31
vpminud zmm8, zmm19, zmm8
vpsubd zmm19, zmm26, zmm30
vpsubd zmm16, zmm3, zmm16
vpsubd zmm3, zmm12, zmm30
vpminud zmm13, zmm28, zmm13
vpsubd zmm11, zmm24, zmm11
vpminud zmm10, zmm2, zmm10
vpsubd zmm20, zmm21, zmm20
vpminud zmm22, zmm17, zmm22
vpsubd zmm18, zmm1, zmm18
vpminud zmm14, zmm15, zmm14
vpsubd zmm9, zmm29, zmm9
vpminud zmm27, zmm25, zmm27
vpsubd zmm0, zmm23, zmm0
vpminud zmm19, zmm26, zmm19
vpsubd zmm6, zmm5, zmm6
vpminud zmm3, zmm12, zmm3
vpsubd zmm4, zmm7, zmm4
vpunpckldq zmm7, zmm8, zmm13
vpunpckhdq zmm13, zmm8, zmm13
vpunpckldq zmm8, zmm10, zmm22
vpunpckhdq zmm22, zmm10, zmm22
vpunpckldq zmm10, zmm14, zmm27
vpunpckhdq zmm27, zmm14, zmm27
vpunpckldq zmm14, zmm19, zmm3
vpunpckhdq zmm3, zmm19, zmm3
vpunpckldq zmm19, zmm16, zmm11
vpunpckhdq zmm11, zmm16, zmm11
vpunpckldq zmm16, zmm20, zmm18
vpunpckhdq zmm18, zmm20, zmm18
vpunpckldq zmm20, zmm9, zmm0
vpunpckhdq zmm0, zmm9, zmm0
vpunpckldq zmm9, zmm6, zmm4
vpunpckhdq zmm4, zmm6, zmm4
vpunpcklqdq zmm6, zmm7, zmm8
vpunpckhqdq zmm8, zmm7, zmm8
vpunpcklqdq zmm7, zmm13, zmm22
vpunpckhqdq zmm22, zmm13, zmm22
vpunpcklqdq zmm13, zmm10, zmm14
vpunpckhqdq zmm14, zmm10, zmm14
vpunpcklqdq zmm10, zmm27, zmm3
vpunpckhqdq zmm3, zmm27, zmm3
vpunpcklqdq zmm27, zmm19, zmm16
vpunpckhqdq zmm16, zmm19, zmm16
vpunpcklqdq zmm19, zmm11, zmm18
vpunpckhqdq zmm18, zmm11, zmm18
vpunpcklqdq zmm11, zmm20, zmm9
vpunpckhqdq zmm9, zmm20, zmm9
vpunpcklqdq zmm20, zmm0, zmm4
vpunpckhqdq zmm4, zmm0, zmm4
vshufi32x4 zmm0, zmm6, zmm13, 136
vshufi32x4 zmm12, zmm27, zmm11, 136
vshufi32x4 zmm13, zmm6, zmm13, 221
vshufi32x4 zmm11, zmm27, zmm11, 221
vshufi32x4 zmm27, zmm8, zmm14, 136
vshufi32x4 zmm6, zmm16, zmm9, 136
vshufi32x4 zmm14, zmm8, zmm14, 221
vshufi32x4 zmm9, zmm16, zmm9, 221
vshufi32x4 zmm16, zmm7, zmm10, 136
vshufi32x4 zmm8, zmm19, zmm20, 136
vshufi32x4 zmm10, zmm7, zmm10, 221
vshufi32x4 zmm20, zmm19, zmm20, 221
vshufi32x4 zmm19, zmm22, zmm3, 136
vshufi32x4 zmm7, zmm18, zmm4, 136
vshufi32x4 zmm3, zmm22, zmm3, 221
vshufi32x4 zmm4, zmm18, zmm4, 221
vshufi32x4 zmm18, zmm0, zmm12, 136
vshufi32x4 zmm22, zmm13, zmm11, 136
vmovdqu64 zmmword ptr [rdi + 0], zmm18
vshufi32x4 zmm12, zmm0, zmm12, 221
vmovdqu64 zmmword ptr [rdi + 256], zmm22
vshufi32x4 zmm11, zmm13, zmm11, 221
vmovdqu64 zmmword ptr [rdi + 512], zmm12
vshufi32x4 zmm12, zmm27, zmm6, 136
vmovdqu64 zmmword ptr [rdi + 768], zmm11
vshufi32x4 zmm11, zmm14, zmm9, 136
vmovdqu64 zmmword ptr [rdi + 64], zmm12
vshufi32x4 zmm6, zmm27, zmm6, 221
vmovdqu64 zmmword ptr [rdi + 320], zmm11
vshufi32x4 zmm9, zmm14, zmm9, 221
vmovdqu64 zmmword ptr [rdi + 576], zmm6
vshufi32x4 zmm6, zmm16, zmm8, 136
vmovdqu64 zmmword ptr [rdi + 832], zmm9
vshufi32x4 zmm9, zmm10, zmm20, 136
vmovdqu64 zmmword ptr [rdi + 128], zmm6
vshufi32x4 zmm8, zmm16, zmm8, 221
vmovdqu64 zmmword ptr [rdi + 384], zmm9
vshufi32x4 zmm20, zmm10, zmm20, 221
vmovdqu64 zmmword ptr [rdi + 640], zmm8
vshufi32x4 zmm8, zmm19, zmm7, 136
vmovdqu64 zmmword ptr [rdi + 896], zmm20
vshufi32x4 zmm20, zmm3, zmm4, 136
vmovdqu64 zmmword ptr [rdi + 192], zmm8
vshufi32x4 zmm7, zmm19, zmm7, 221
vmovdqu64 zmmword ptr [rdi + 448], zmm20
vshufi32x4 zmm4, zmm3, zmm4, 221
vmovdqu64 zmmword ptr [rdi + 704], zmm7
vmovdqu64 zmmword ptr [rdi + 960], zmm4
add rdx, 1024
add rdi, 1024
sub rsi, 1920
dec rcx
jnz 2b
