// Written by generator.rs; do not edit.
mov r10d, 0x5555
kmovw k1, r10d
vpbroadcastd zmm31, r11d
vpaddd zmm30, zmm31, zmm31
2:
vmovdqu64 zmm0, zmmword ptr [rdx + 960]
vmovdqu64 zmm1, zmmword ptr [rdx + 896]
vmovdqu64 zmm2, zmmword ptr [rdx + 832]
vmovdqu64 zmm3, zmmword ptr [rdx + 768]
vmovdqu64 zmm4, zmmword ptr [rdx + 704]
vmovdqu64 zmm5, zmmword ptr [rdx + 640]
vmovdqu64 zmm6, zmmword ptr [rdx + 576]
vmovdqu64 zmm7, zmmword ptr [rdx + 512]
vmovdqu64 zmm8, zmmword ptr [rdx + 448]
vmovdqu64 zmm9, zmmword ptr [rdx + 384]
vmovdqu64 zmm10, zmmword ptr [rdx + 320]
vmovdqu64 zmm11, zmmword ptr [rdx + 256]
vmovdqu64 zmm12, zmmword ptr [rdx + 192]
vmovdqu64 zmm13, zmmword ptr [rdx + 128]
vmovdqu64 zmm14, zmmword ptr [rdx + 64]
vmovdqu64 zmm15, zmmword ptr [rdx + 0]
vpunpckldq zmm16, zmm0, zmm1
vpunpckhdq zmm1, zmm0, zmm1
vpunpckldq zmm0, zmm2, zmm3
vpunpckhdq zmm3, zmm2, zmm3
prefetcht0 byte ptr [rdx + 4096]
prefetcht0 byte ptr [rdx + 4160]
vpunpckldq zmm2, zmm4, zmm5
vpunpckhdq zmm5, zmm4, zmm5
prefetcht0 byte ptr [rdx + 4224]
prefetcht0 byte ptr [rdx + 4288]
vpunpckldq zmm4, zmm6, zmm7
vpunpckhdq zmm7, zmm6, zmm7
vpunpcklqdq zmm6, zmm16, zmm0
vpunpckhqdq zmm0, zmm16, zmm0
prefetcht0 byte ptr [rdx + 4352]
prefetcht0 byte ptr [rdx + 4416]
vpunpckldq zmm16, zmm8, zmm9
vpunpckhdq zmm9, zmm8, zmm9
vpunpcklqdq zmm8, zmm1, zmm3
vpunpckhqdq zmm3, zmm1, zmm3
prefetcht0 byte ptr [rdx + 4480]
prefetcht0 byte ptr [rdx + 4544]
vpunpckldq zmm1, zmm10, zmm11
vpunpckhdq zmm11, zmm10, zmm11
vpunpcklqdq zmm10, zmm2, zmm4
vpunpckhqdq zmm4, zmm2, zmm4
prefetcht0 byte ptr [rdx + 4608]
prefetcht0 byte ptr [rdx + 4672]
vpunpckldq zmm2, zmm12, zmm13
vpunpckhdq zmm13, zmm12, zmm13
vpunpcklqdq zmm12, zmm5, zmm7
vpunpckhqdq zmm7, zmm5, zmm7
prefetcht0 byte ptr [rdx + 4736]
prefetcht0 byte ptr [rdx + 4800]
vpunpckldq zmm5, zmm14, zmm15
vpunpckhdq zmm15, zmm14, zmm15
vpunpcklqdq zmm14, zmm16, zmm1
vpunpckhqdq zmm1, zmm16, zmm1
prefetcht0 byte ptr [rdx + 4864]
prefetcht0 byte ptr [rdx + 4928]
vpunpcklqdq zmm16, zmm9, zmm11
vpunpckhqdq zmm11, zmm9, zmm11
vshufi32x4 zmm9, zmm6, zmm10, 136
vshufi32x4 zmm10, zmm6, zmm10, 221
prefetcht0 byte ptr [rdx + 4992]
prefetcht0 byte ptr [rdx + 5056]
vpunpcklqdq zmm6, zmm2, zmm5
vpunpckhqdq zmm5, zmm2, zmm5
vpunpcklqdq zmm2, zmm13, zmm15
vpunpckhqdq zmm15, zmm13, zmm15
vshufi32x4 zmm13, zmm0, zmm4, 136
vshufi32x4 zmm4, zmm0, zmm4, 221
vshufi32x4 zmm0, zmm14, zmm6, 136
vshufi32x4 zmm6, zmm14, zmm6, 221
vshufi32x4 zmm14, zmm1, zmm5, 136
vshufi32x4 zmm5, zmm1, zmm5, 221
vshufi32x4 zmm1, zmm8, zmm12, 136
vshufi32x4 zmm17, zmm16, zmm2, 136
vshufi32x4 zmm12, zmm8, zmm12, 221
vshufi32x4 zmm2, zmm16, zmm2, 221
vshufi32x4 zmm16, zmm3, zmm7, 136
vshufi32x4 zmm8, zmm11, zmm15, 136
vshufi32x4 zmm7, zmm3, zmm7, 221
vshufi32x4 zmm15, zmm11, zmm15, 221
vshufi32x4 zmm11, zmm9, zmm0, 136
vshufi32x4 zmm3, zmm10, zmm6, 136
vshufi32x4 zmm0, zmm9, zmm0, 221
vshufi32x4 zmm6, zmm10, zmm6, 221
vshufi32x4 zmm10, zmm13, zmm14, 136
vshufi32x4 zmm9, zmm4, zmm5, 136
vshufi32x4 zmm14, zmm13, zmm14, 221
vshufi32x4 zmm5, zmm4, zmm5, 221
vshufi32x4 zmm4, zmm1, zmm17, 136
vshufi32x4 zmm13, zmm12, zmm2, 136
vshufi32x4 zmm17, zmm1, zmm17, 221
vshufi32x4 zmm2, zmm12, zmm2, 221
vshufi32x4 zmm12, zmm16, zmm8, 136
vshufi32x4 zmm1, zmm7, zmm15, 136
vshufi32x4 zmm8, zmm16, zmm8, 221
vshufi32x4 zmm15, zmm7, zmm15, 221
vpsubd zmm7, zmm10, zmm11
vpsubd zmm16, zmm9, zmm3
vpsubd zmm18, zmm14, zmm0
vpsubd zmm19, zmm5, zmm6
vpaddd zmm10, zmm11, zmm10
vpaddd zmm9, zmm3, zmm9
vpaddd zmm7, zmm7, zmm30
vpaddd zmm16, zmm16, zmm30
vpaddd zmm14, zmm0, zmm14
vpaddd zmm5, zmm6, zmm5
vpaddd zmm18, zmm18, zmm30
vpaddd zmm19, zmm19, zmm30
vpsubd zmm6, zmm12, zmm4
vpsubd zmm0, zmm1, zmm13
vmovshdup zmm3, zmm7
vmovshdup zmm11, zmm16
vpsubd zmm20, zmm8, zmm17
vpsubd zmm21, zmm15, zmm2
vmovshdup zmm22, zmm18
vmovshdup zmm23, zmm19
vpaddd zmm6, zmm6, zmm30
vpaddd zmm0, zmm0, zmm30
vpmuludq zmm24, zmm7, zmmword ptr [rsi + 1792]
vpmuludq zmm3, zmm3, zmmword ptr [rsi + 1796]
vpaddd zmm20, zmm20, zmm30
vpaddd zmm21, zmm21, zmm30
vpmuludq zmm25, zmm16, zmmword ptr [rsi + 1536]
vpmuludq zmm11, zmm11, zmmword ptr [rsi + 1540]
vmovshdup zmm26, zmm6
vmovshdup zmm27, zmm0
vpmuludq zmm28, zmm6, zmmword ptr [rsi + 1664]
vpmuludq zmm29, zmm0, zmmword ptr [rsi + 1408]
vpmuludq zmm22, zmm22, zmmword ptr [rsi + 1284]
vpmuludq zmm23, zmm23, zmmword ptr [rsi + 1028]
vmovshdup zmm3{k1}, zmm24
vpaddd zmm12, zmm4, zmm12
vmovshdup zmm4, zmm20
vmovshdup zmm24, zmm21
vpmuludq zmm26, zmm26, zmmword ptr [rsi + 1668]
vpmuludq zmm27, zmm27, zmmword ptr [rsi + 1412]
vmovshdup zmm11{k1}, zmm25
vpmulld zmm7, zmm7, zmmword ptr [rsi + 1856]
vpmulld zmm3, zmm3, zmm31
vpaddd zmm1, zmm13, zmm1
vpmuludq zmm13, zmm18, zmmword ptr [rsi + 1280]
vpmuludq zmm25, zmm20, zmmword ptr [rsi + 1152]
vpaddd zmm8, zmm17, zmm8
vpaddd zmm15, zmm2, zmm15
vpmuludq zmm4, zmm4, zmmword ptr [rsi + 1156]
vpmuludq zmm2, zmm19, zmmword ptr [rsi + 1024]
vmovshdup zmm26{k1}, zmm28
vmovshdup zmm27{k1}, zmm29
vpmuludq zmm29, zmm21, zmmword ptr [rsi + 896]
vpmuludq zmm24, zmm24, zmmword ptr [rsi + 900]
vpsubd zmm3, zmm7, zmm3
vpsubd zmm7, zmm12, zmm10
vmovshdup zmm22{k1}, zmm13
vpmulld zmm6, zmm6, zmmword ptr [rsi + 1728]
vpmulld zmm26, zmm26, zmm31
vpsubd zmm13, zmm1, zmm9
vmovshdup zmm4{k1}, zmm25
vmovshdup zmm23{k1}, zmm2
vpmulld zmm16, zmm16, zmmword ptr [rsi + 1600]
vpmulld zmm11, zmm11, zmm31
vmovshdup zmm24{k1}, zmm29
vpmulld zmm0, zmm0, zmmword ptr [rsi + 1472]
vpmulld zmm27, zmm27, zmm31
vpsubd zmm29, zmm8, zmm14
vpmulld zmm18, zmm18, zmmword ptr [rsi + 1344]
vpmulld zmm22, zmm22, zmm31
vpsubd zmm26, zmm6, zmm26
vpsubd zmm6, zmm15, zmm5
vpmulld zmm20, zmm20, zmmword ptr [rsi + 1216]
vpmulld zmm4, zmm4, zmm31
vpsubd zmm11, zmm16, zmm11
vpaddd zmm7, zmm7, zmm30
vpmulld zmm19, zmm19, zmmword ptr [rsi + 1088]
vpmulld zmm23, zmm23, zmm31
vpsubd zmm27, zmm0, zmm27
vpsubd zmm0, zmm26, zmm3
vpmulld zmm21, zmm21, zmmword ptr [rsi + 960]
vpmulld zmm24, zmm24, zmm31
vpsubd zmm22, zmm18, zmm22
vpaddd zmm13, zmm13, zmm30
vpsubd zmm4, zmm20, zmm4
vpsubd zmm20, zmm27, zmm11
vpaddd zmm0, zmm0, zmm30
vpaddd zmm29, zmm29, zmm30
vpsubd zmm23, zmm19, zmm23
vpaddd zmm6, zmm6, zmm30
vmovshdup zmm19, zmm7
vmovshdup zmm18, zmm13
vpsubd zmm24, zmm21, zmm24
vpsubd zmm21, zmm4, zmm22
vpaddd zmm20, zmm20, zmm30
vmovshdup zmm16, zmm0
vmovshdup zmm2, zmm29
vmovshdup zmm25, zmm6
vpmuludq zmm28, zmm7, zmmword ptr [rsi + 768]
vpmuludq zmm19, zmm19, zmmword ptr [rsi + 772]
vpsubd zmm17, zmm24, zmm23
vpaddd zmm21, zmm21, zmm30
vpmuludq zmm16, zmm16, zmmword ptr [rsi + 772]
vpmuludq zmm18, zmm18, zmmword ptr [rsi + 644]
vpmuludq zmm2, zmm2, zmmword ptr [rsi + 516]
vpmuludq zmm25, zmm25, zmmword ptr [rsi + 388]
vpaddd zmm12, zmm10, zmm12
vpaddd zmm26, zmm3, zmm26
vpaddd zmm17, zmm17, zmm30
vmovshdup zmm3, zmm20
vmovshdup zmm10, zmm21
vmovshdup zmm19{k1}, zmm28
vpmuludq zmm28, zmm0, zmmword ptr [rsi + 768]
vpaddd zmm1, zmm9, zmm1
vpaddd zmm27, zmm11, zmm27
vpaddd zmm8, zmm14, zmm8
vmovshdup zmm14, zmm17
vpmuludq zmm11, zmm13, zmmword ptr [rsi + 640]
vpmuludq zmm9, zmm20, zmmword ptr [rsi + 640]
vpaddd zmm4, zmm22, zmm4
vpmuludq zmm3, zmm3, zmmword ptr [rsi + 644]
vpmuludq zmm22, zmm29, zmmword ptr [rsi + 512]
vpaddd zmm15, zmm5, zmm15
vpaddd zmm24, zmm23, zmm24
vpmuludq zmm23, zmm21, zmmword ptr [rsi + 512]
vpmuludq zmm10, zmm10, zmmword ptr [rsi + 516]
vmovshdup zmm16{k1}, zmm28
vpsubd zmm28, zmm12, zmm30
vpmuludq zmm5, zmm6, zmmword ptr [rsi + 384]
vpmuludq zmm14, zmm14, zmmword ptr [rsi + 388]
vmovshdup zmm18{k1}, zmm11
vpsubd zmm11, zmm26, zmm30
vmovshdup zmm3{k1}, zmm9
vmovshdup zmm2{k1}, zmm22
vpmulld zmm7, zmm7, zmmword ptr [rsi + 832]
vpmulld zmm19, zmm19, zmm31
vpmuludq zmm22, zmm17, zmmword ptr [rsi + 384]
vmovshdup zmm10{k1}, zmm23
vpmulld zmm0, zmm0, zmmword ptr [rsi + 832]
vpsubd zmm23, zmm1, zmm30
vmovshdup zmm25{k1}, zmm5
vpmulld zmm16, zmm16, zmm31
vpmulld zmm13, zmm13, zmmword ptr [rsi + 704]
vpsubd zmm5, zmm27, zmm30
vpmulld zmm18, zmm18, zmm31
vpmulld zmm20, zmm20, zmmword ptr [rsi + 704]
vpsubd zmm9, zmm8, zmm30
vpminud zmm28, zmm12, zmm28
vmovshdup zmm14{k1}, zmm22
vpmulld zmm3, zmm3, zmm31
vpmulld zmm29, zmm29, zmmword ptr [rsi + 576]
vpsubd zmm22, zmm4, zmm30
vpmulld zmm2, zmm2, zmm31
vpmulld zmm21, zmm21, zmmword ptr [rsi + 576]
vpsubd zmm12, zmm15, zmm30
vpsubd zmm19, zmm7, zmm19
vpmulld zmm10, zmm10, zmm31
vpmulld zmm6, zmm6, zmmword ptr [rsi + 448]
vpsubd zmm7, zmm24, zmm30
vpminud zmm11, zmm26, zmm11
vpmulld zmm25, zmm25, zmm31
vpmulld zmm17, zmm17, zmmword ptr [rsi + 448]
vpsubd zmm16, zmm0, zmm16
vpminud zmm23, zmm1, zmm23
vpmulld zmm14, zmm14, zmm31
vpsubd zmm18, zmm13, zmm18
vpminud zmm5, zmm27, zmm5
vpsubd zmm3, zmm20, zmm3
vpminud zmm9, zmm8, zmm9
vpsubd zmm2, zmm29, zmm2
vpminud zmm22, zmm4, zmm22
vpsubd zmm10, zmm21, zmm10
vpminud zmm12, zmm15, zmm12
vpsubd zmm25, zmm6, zmm25
vpminud zmm7, zmm24, zmm7
vpsubd zmm24, zmm23, zmm28
vpsubd zmm14, zmm17, zmm14
vpsubd zmm17, zmm5, zmm11
vpsubd zmm6, zmm18, zmm19
vpsubd zmm15, zmm3, zmm16
vpsubd zmm21, zmm12, zmm9
vpsubd zmm4, zmm7, zmm22
vpsubd zmm29, zmm25, zmm2
vpaddd zmm24, zmm24, zmm30
vpsubd zmm8, zmm14, zmm10
vpaddd zmm17, zmm17, zmm30
vpaddd zmm6, zmm6, zmm30
vpaddd zmm15, zmm15, zmm30
vpaddd zmm21, zmm21, zmm30
vpaddd zmm4, zmm4, zmm30
vpaddd zmm29, zmm29, zmm30
vmovshdup zmm20, zmm24
vpaddd zmm8, zmm8, zmm30
vmovshdup zmm27, zmm17
vmovshdup zmm13, zmm6
vmovshdup zmm1, zmm15
vmovshdup zmm0, zmm21
vmovshdup zmm26, zmm4
vpmuludq zmm20, zmm20, zmmword ptr [rsi + 260]
vpaddd zmm23, zmm28, zmm23
vmovshdup zmm28, zmm29
vpmuludq zmm27, zmm27, zmmword ptr [rsi + 260]
vpmuludq zmm13, zmm13, zmmword ptr [rsi + 260]
vpaddd zmm5, zmm11, zmm5
vmovshdup zmm11, zmm8
vpmuludq zmm1, zmm1, zmmword ptr [rsi + 260]
vpmuludq zmm0, zmm0, zmmword ptr [rsi + 132]
vpaddd zmm18, zmm19, zmm18
vpmuludq zmm19, zmm24, zmmword ptr [rsi + 256]
vpmuludq zmm26, zmm26, zmmword ptr [rsi + 132]
vpaddd zmm3, zmm16, zmm3
vpaddd zmm12, zmm9, zmm12
vpmuludq zmm9, zmm17, zmmword ptr [rsi + 256]
vpmuludq zmm16, zmm6, zmmword ptr [rsi + 256]
vpaddd zmm7, zmm22, zmm7
vpaddd zmm25, zmm2, zmm25
vpmuludq zmm2, zmm15, zmmword ptr [rsi + 256]
vpmuludq zmm22, zmm21, zmmword ptr [rsi + 128]
vpaddd zmm14, zmm10, zmm14
vpsubd zmm10, zmm23, zmm30
vpmuludq zmm28, zmm28, zmmword ptr [rsi + 132]
vpmuludq zmm11, zmm11, zmmword ptr [rsi + 132]
vmovshdup zmm20{k1}, zmm19
vpsubd zmm19, zmm5, zmm30
vmovshdup zmm27{k1}, zmm9
vmovshdup zmm13{k1}, zmm16
vpmulld zmm24, zmm24, zmmword ptr [rsi + 320]
vpmulld zmm17, zmm17, zmmword ptr [rsi + 320]
vpmuludq zmm16, zmm4, zmmword ptr [rsi + 128]
vpmuludq zmm9, zmm29, zmmword ptr [rsi + 128]
vmovshdup zmm1{k1}, zmm2
vmovshdup zmm0{k1}, zmm22
vpmuludq zmm22, zmm8, zmmword ptr [rsi + 128]
vpmulld zmm20, zmm20, zmm31
vpsubd zmm2, zmm18, zmm30
vpminud zmm10, zmm23, zmm10
vpmulld zmm27, zmm27, zmm31
vpmulld zmm6, zmm6, zmmword ptr [rsi + 320]
vpsubd zmm23, zmm3, zmm30
vpminud zmm19, zmm5, zmm19
vmovshdup zmm26{k1}, zmm16
vmovshdup zmm28{k1}, zmm9
vpmulld zmm13, zmm13, zmm31
vpmulld zmm15, zmm15, zmmword ptr [rsi + 320]
vmovshdup zmm11{k1}, zmm22
vpmulld zmm1, zmm1, zmm31
vpmulld zmm21, zmm21, zmmword ptr [rsi + 192]
vpsubd zmm22, zmm12, zmm30
vpmulld zmm0, zmm0, zmm31
vpmulld zmm4, zmm4, zmmword ptr [rsi + 192]
vpsubd zmm9, zmm7, zmm30
vpsubd zmm16, zmm25, zmm30
vpmulld zmm26, zmm26, zmm31
vpmulld zmm29, zmm29, zmmword ptr [rsi + 192]
vpsubd zmm5, zmm14, zmm30
vpsubd zmm20, zmm24, zmm20
vpmulld zmm28, zmm28, zmm31
vpmulld zmm8, zmm8, zmmword ptr [rsi + 192]
vpsubd zmm27, zmm17, zmm27
vpminud zmm2, zmm18, zmm2
vpmulld zmm11, zmm11, zmm31
vpsubd zmm13, zmm6, zmm13
vpminud zmm23, zmm3, zmm23
vpsubd zmm1, zmm15, zmm1
vpminud zmm22, zmm12, zmm22
vpsubd zmm0, zmm21, zmm0
vpminud zmm9, zmm7, zmm9
vpsubd zmm26, zmm4, zmm26
vpminud zmm16, zmm25, zmm16
vpsubd zmm28, zmm29, zmm28
vpminud zmm5, zmm14, zmm5
vpsubd zmm11, zmm8, zmm11
vpsubd zmm8, zmm22, zmm10
vpsubd zmm14, zmm9, zmm19
vpsubd zmm29, zmm0, zmm20
vpsubd zmm25, zmm16, zmm2
vpsubd zmm4, zmm5, zmm23
vpsubd zmm7, zmm26, zmm27
vpsubd zmm21, zmm28, zmm13
vpsubd zmm12, zmm11, zmm1
vpaddd zmm8, zmm8, zmm30
vpaddd zmm14, zmm14, zmm30
vpaddd zmm29, zmm29, zmm30
vpaddd zmm25, zmm25, zmm30
vpaddd zmm4, zmm4, zmm30
vpaddd zmm7, zmm7, zmm30
vpaddd zmm21, zmm21, zmm30
vpaddd zmm12, zmm12, zmm30
vmovshdup zmm15, zmm8
vmovshdup zmm3, zmm14
vmovshdup zmm6, zmm29
vmovshdup zmm18, zmm25
vmovshdup zmm17, zmm4
vmovshdup zmm24, zmm7
vpaddd zmm22, zmm10, zmm22
vmovshdup zmm10, zmm21
vpmuludq zmm15, zmm15, zmmword ptr [rsi + 4]
vpmuludq zmm3, zmm3, zmmword ptr [rsi + 4]
vpaddd zmm9, zmm19, zmm9
vmovshdup zmm19, zmm12
vpmuludq zmm18, zmm18, zmmword ptr [rsi + 4]
vpmuludq zmm17, zmm17, zmmword ptr [rsi + 4]
vpaddd zmm16, zmm2, zmm16
vpmuludq zmm2, zmm8, zmmword ptr [rsi + 0]
vpmuludq zmm6, zmm6, zmmword ptr [rsi + 4]
vpaddd zmm5, zmm23, zmm5
vpaddd zmm0, zmm20, zmm0
vpmuludq zmm20, zmm14, zmmword ptr [rsi + 0]
vpmuludq zmm23, zmm25, zmmword ptr [rsi + 0]
vpaddd zmm26, zmm27, zmm26
vpaddd zmm28, zmm13, zmm28
vpmuludq zmm13, zmm4, zmmword ptr [rsi + 0]
vpmuludq zmm27, zmm29, zmmword ptr [rsi + 0]
vpaddd zmm11, zmm1, zmm11
vpsubd zmm1, zmm22, zmm30
vpmuludq zmm24, zmm24, zmmword ptr [rsi + 4]
vpmuludq zmm10, zmm10, zmmword ptr [rsi + 4]
vmovshdup zmm15{k1}, zmm2
vpsubd zmm2, zmm9, zmm30
vpmuludq zmm19, zmm19, zmmword ptr [rsi + 4]
vmovshdup zmm3{k1}, zmm20
vmovshdup zmm18{k1}, zmm23
vpmulld zmm8, zmm8, zmmword ptr [rsi + 64]
vpmuludq zmm23, zmm7, zmmword ptr [rsi + 0]
vpmuludq zmm20, zmm21, zmmword ptr [rsi + 0]
vmovshdup zmm17{k1}, zmm13
vmovshdup zmm6{k1}, zmm27
vpmuludq zmm27, zmm12, zmmword ptr [rsi + 0]
vpmulld zmm15, zmm15, zmm31
vpsubd zmm13, zmm16, zmm30
vpminud zmm1, zmm22, zmm1
vpmulld zmm14, zmm14, zmmword ptr [rsi + 64]
vpmulld zmm3, zmm3, zmm31
vpsubd zmm22, zmm5, zmm30
vpminud zmm2, zmm9, zmm2
vmovshdup zmm24{k1}, zmm23
vmovshdup zmm10{k1}, zmm20
vpmulld zmm25, zmm25, zmmword ptr [rsi + 64]
vpmulld zmm18, zmm18, zmm31
vmovshdup zmm19{k1}, zmm27
vpmulld zmm4, zmm4, zmmword ptr [rsi + 64]
vpmulld zmm17, zmm17, zmm31
vpsubd zmm27, zmm0, zmm30
vpmulld zmm29, zmm29, zmmword ptr [rsi + 64]
vpmulld zmm6, zmm6, zmm31
vpsubd zmm20, zmm26, zmm30
vpsubd zmm23, zmm28, zmm30
vpmulld zmm7, zmm7, zmmword ptr [rsi + 64]
vpmulld zmm24, zmm24, zmm31
vpsubd zmm9, zmm11, zmm30
vpsubd zmm15, zmm8, zmm15
vpmulld zmm21, zmm21, zmmword ptr [rsi + 64]
vpmulld zmm10, zmm10, zmm31
vpsubd zmm3, zmm14, zmm3
vpminud zmm13, zmm16, zmm13
vpmulld zmm12, zmm12, zmmword ptr [rsi + 64]
vpmulld zmm19, zmm19, zmm31
vpsubd zmm18, zmm25, zmm18
vpminud zmm22, zmm5, zmm22
vpsubd zmm17, zmm4, zmm17
vpminud zmm27, zmm0, zmm27
vpsubd zmm6, zmm29, zmm6
vpminud zmm20, zmm26, zmm20
vpsubd zmm24, zmm7, zmm24
vpminud zmm23, zmm28, zmm23
vpsubd zmm10, zmm21, zmm10
vpminud zmm9, zmm11, zmm9
vpsubd zmm19, zmm12, zmm19
vpunpckldq zmm12, zmm1, zmm2
vpunpckhdq zmm2, zmm1, zmm2
vpunpckldq zmm1, zmm13, zmm22
vpunpckhdq zmm22, zmm13, zmm22
vpunpckldq zmm13, zmm27, zmm20
vpunpckhdq zmm20, zmm27, zmm20
vpunpckldq zmm27, zmm23, zmm9
vpunpckhdq zmm9, zmm23, zmm9
vpunpckldq zmm23, zmm15, zmm3
vpunpckhdq zmm3, zmm15, zmm3
vpunpckldq zmm15, zmm18, zmm17
vpunpckhdq zmm17, zmm18, zmm17
vpunpckldq zmm18, zmm6, zmm24
vpunpckhdq zmm24, zmm6, zmm24
vpunpckldq zmm6, zmm10, zmm19
vpunpckhdq zmm19, zmm10, zmm19
vpunpcklqdq zmm10, zmm12, zmm1
vpunpckhqdq zmm1, zmm12, zmm1
vpunpcklqdq zmm12, zmm2, zmm22
vpunpckhqdq zmm22, zmm2, zmm22
vpunpcklqdq zmm2, zmm13, zmm27
vpunpckhqdq zmm27, zmm13, zmm27
vpunpcklqdq zmm13, zmm20, zmm9
vpunpckhqdq zmm9, zmm20, zmm9
vpunpcklqdq zmm20, zmm23, zmm15
vpunpckhqdq zmm15, zmm23, zmm15
vpunpcklqdq zmm23, zmm3, zmm17
vpunpckhqdq zmm17, zmm3, zmm17
vpunpcklqdq zmm3, zmm18, zmm6
vpunpckhqdq zmm6, zmm18, zmm6
vpunpcklqdq zmm18, zmm24, zmm19
vpunpckhqdq zmm19, zmm24, zmm19
vshufi32x4 zmm24, zmm10, zmm2, 136
vshufi32x4 zmm2, zmm10, zmm2, 221
vshufi32x4 zmm10, zmm20, zmm3, 136
vshufi32x4 zmm3, zmm20, zmm3, 221
vshufi32x4 zmm20, zmm1, zmm27, 136
vshufi32x4 zmm11, zmm15, zmm6, 136
vshufi32x4 zmm27, zmm1, zmm27, 221
vshufi32x4 zmm6, zmm15, zmm6, 221
vshufi32x4 zmm15, zmm12, zmm13, 136
vshufi32x4 zmm1, zmm23, zmm18, 136
vshufi32x4 zmm13, zmm12, zmm13, 221
vshufi32x4 zmm18, zmm23, zmm18, 221
vshufi32x4 zmm23, zmm22, zmm9, 136
vshufi32x4 zmm12, zmm17, zmm19, 136
vshufi32x4 zmm9, zmm22, zmm9, 221
vshufi32x4 zmm19, zmm17, zmm19, 221
vshufi32x4 zmm17, zmm24, zmm10, 136
vshufi32x4 zmm22, zmm2, zmm3, 136
vshufi32x4 zmm10, zmm24, zmm10, 221
vshufi32x4 zmm3, zmm2, zmm3, 221
vshufi32x4 zmm2, zmm20, zmm11, 136
vshufi32x4 zmm24, zmm27, zmm6, 136
vshufi32x4 zmm11, zmm20, zmm11, 221
vshufi32x4 zmm6, zmm27, zmm6, 221
vshufi32x4 zmm27, zmm15, zmm1, 136
vshufi32x4 zmm20, zmm13, zmm18, 136
vshufi32x4 zmm1, zmm15, zmm1, 221
vshufi32x4 zmm18, zmm13, zmm18, 221
vmovdqu64 zmmword ptr [rdi + 0], zmm17
vshufi32x4 zmm17, zmm23, zmm12, 136
vshufi32x4 zmm13, zmm9, zmm19, 136
vmovdqu64 zmmword ptr [rdi + 256], zmm22
vshufi32x4 zmm12, zmm23, zmm12, 221
vshufi32x4 zmm19, zmm9, zmm19, 221
vmovdqu64 zmmword ptr [rdi + 64], zmm2
vmovdqu64 zmmword ptr [rdi + 320], zmm24
vmovdqu64 zmmword ptr [rdi + 128], zmm27
vmovdqu64 zmmword ptr [rdi + 384], zmm20
vmovdqu64 zmmword ptr [rdi + 192], zmm17
vmovdqu64 zmmword ptr [rdi + 448], zmm13
vmovdqu64 zmmword ptr [rdi + 512], zmm10
vmovdqu64 zmmword ptr [rdi + 576], zmm11
vmovdqu64 zmmword ptr [rdi + 640], zmm1
vmovdqu64 zmmword ptr [rdi + 704], zmm12
vmovdqu64 zmmword ptr [rdi + 768], zmm3
vmovdqu64 zmmword ptr [rdi + 832], zmm6
vmovdqu64 zmmword ptr [rdi + 896], zmm18
vmovdqu64 zmmword ptr [rdi + 960], zmm19
add rdx, 1024
add rdi, 1024
sub rsi, 1920
dec rcx
jnz 2b
