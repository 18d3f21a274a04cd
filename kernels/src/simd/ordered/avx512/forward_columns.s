// Written by generator.rs; do not edit.
mov r10d, 0x5555
kmovw k1, r10d
vpbroadcastd zmm31, r11d
vpaddd zmm30, zmm31, zmm31
2:
vmovdqu64 zmm0, zmmword ptr [rdi + 0]
vmovdqu64 zmm1, zmmword ptr [rdi + 64]
vmovdqu64 zmm2, zmmword ptr [rdi + 128]
vpunpckhdq zmm3, zmm0, zmm1
vmovdqu64 zmm4, zmmword ptr [rdi + 192]
vpunpckldq zmm1, zmm0, zmm1
vmovdqu64 zmm0, zmmword ptr [rdi + 256]
vpunpckhdq zmm5, zmm2, zmm4
vmovdqu64 zmm6, zmmword ptr [rdi + 320]
vpunpckhqdq zmm7, zmm3, zmm5
vmovdqu64 zmm8, zmmword ptr [rdi + 384]
vpunpckhdq zmm9, zmm0, zmm6
vmovdqu64 zmm10, zmmword ptr [rdi + 448]
vpunpckldq zmm4, zmm2, zmm4
vmovdqu64 zmm2, zmmword ptr [rdi + 512]
vpunpckhdq zmm11, zmm8, zmm10
vmovdqu64 zmm12, zmmword ptr [rdi + 576]
vpunpckhqdq zmm13, zmm9, zmm11
vmovdqu64 zmm14, zmmword ptr [rdi + 640]
vpunpckhdq zmm15, zmm2, zmm12
vmovdqu64 zmm16, zmmword ptr [rdi + 704]
vshufi32x4 zmm17, zmm7, zmm13, 221
vmovdqu64 zmm18, zmmword ptr [rdi + 768]
vpunpckhdq zmm19, zmm14, zmm16
vmovdqu64 zmm20, zmmword ptr [rdi + 832]
vpunpckhqdq zmm21, zmm15, zmm19
vmovdqu64 zmm22, zmmword ptr [rdi + 896]
vpunpckhdq zmm23, zmm18, zmm20
vmovdqu64 zmm24, zmmword ptr [rdi + 960]
vpunpckldq zmm6, zmm0, zmm6
vpunpckhdq zmm0, zmm22, zmm24
vpunpckhqdq zmm25, zmm23, zmm0
vshufi32x4 zmm26, zmm21, zmm25, 221
vshufi32x4 zmm27, zmm17, zmm26, 221
vpunpckldq zmm10, zmm8, zmm10
vpunpckldq zmm12, zmm2, zmm12
vpunpckldq zmm16, zmm14, zmm16
vpunpckldq zmm20, zmm18, zmm20
vpunpckldq zmm24, zmm22, zmm24
vmovshdup zmm22, zmm27
vpunpckhqdq zmm18, zmm1, zmm4
vpunpcklqdq zmm5, zmm3, zmm5
vpunpckhqdq zmm3, zmm6, zmm10
vpunpcklqdq zmm11, zmm9, zmm11
vpunpckhqdq zmm9, zmm12, zmm16
vpunpcklqdq zmm19, zmm15, zmm19
vpunpckhqdq zmm15, zmm20, zmm24
vpunpcklqdq zmm0, zmm23, zmm0
vpmuludq zmm23, zmm27, zmmword ptr [rsi + 0]
vpmuludq zmm22, zmm22, zmmword ptr [rsi + 4]
vshufi32x4 zmm14, zmm18, zmm3, 221
vshufi32x4 zmm2, zmm9, zmm15, 221
vshufi32x4 zmm8, zmm5, zmm11, 221
vshufi32x4 zmm28, zmm19, zmm0, 221
vshufi32x4 zmm13, zmm7, zmm13, 136
vshufi32x4 zmm25, zmm21, zmm25, 136
vshufi32x4 zmm26, zmm17, zmm26, 136
vmovshdup zmm22{k1}, zmm23
vshufi32x4 zmm23, zmm14, zmm2, 221
vshufi32x4 zmm17, zmm8, zmm28, 221
vshufi32x4 zmm21, zmm13, zmm25, 221
vpsubd zmm7, zmm26, zmm30
vpmulld zmm27, zmm27, zmmword ptr [rsi + 64]
vpmulld zmm22, zmm22, zmm31
vmovshdup zmm29, zmm21
vpminud zmm7, zmm26, zmm7
vmovshdup zmm26, zmm23
vpsubd zmm22, zmm27, zmm22
vmovshdup zmm27, zmm17
vpunpcklqdq zmm4, zmm1, zmm4
vpunpcklqdq zmm10, zmm6, zmm10
vpunpcklqdq zmm16, zmm12, zmm16
vpunpcklqdq zmm24, zmm20, zmm24
vpmuludq zmm20, zmm21, zmmword ptr [rsi + 0]
vpmuludq zmm29, zmm29, zmmword ptr [rsi + 4]
vpmuludq zmm12, zmm23, zmmword ptr [rsi + 0]
vpmuludq zmm26, zmm26, zmmword ptr [rsi + 4]
vpmuludq zmm6, zmm17, zmmword ptr [rsi + 0]
vpmuludq zmm27, zmm27, zmmword ptr [rsi + 4]
vpsubd zmm1, zmm7, zmm22
vshufi32x4 zmm3, zmm18, zmm3, 136
vshufi32x4 zmm18, zmm4, zmm10, 221
vshufi32x4 zmm15, zmm9, zmm15, 136
vshufi32x4 zmm9, zmm16, zmm24, 221
vshufi32x4 zmm2, zmm14, zmm2, 136
vshufi32x4 zmm11, zmm5, zmm11, 136
vshufi32x4 zmm0, zmm19, zmm0, 136
vshufi32x4 zmm28, zmm8, zmm28, 136
vshufi32x4 zmm25, zmm13, zmm25, 136
vmovshdup zmm29{k1}, zmm20
vmovshdup zmm26{k1}, zmm12
vmovshdup zmm27{k1}, zmm6
vpaddd zmm22, zmm7, zmm22
vpaddd zmm1, zmm1, zmm30
vshufi32x4 zmm7, zmm18, zmm9, 221
vshufi32x4 zmm6, zmm3, zmm15, 221
vshufi32x4 zmm12, zmm11, zmm0, 221
vpsubd zmm20, zmm25, zmm30
vpmulld zmm21, zmm21, zmmword ptr [rsi + 64]
vpmulld zmm29, zmm29, zmm31
vpsubd zmm13, zmm2, zmm30
vpmulld zmm23, zmm23, zmmword ptr [rsi + 64]
vpmulld zmm26, zmm26, zmm31
vpsubd zmm8, zmm28, zmm30
vpmulld zmm17, zmm17, zmmword ptr [rsi + 64]
vpmulld zmm27, zmm27, zmm31
vmovshdup zmm19, zmm22
vmovshdup zmm5, zmm1
vmovshdup zmm14, zmm6
vpminud zmm20, zmm25, zmm20
vmovshdup zmm25, zmm12
vpsubd zmm29, zmm21, zmm29
vmovshdup zmm21, zmm7
vpminud zmm13, zmm2, zmm13
vpsubd zmm26, zmm23, zmm26
vpminud zmm8, zmm28, zmm8
vpsubd zmm27, zmm17, zmm27
vpmuludq zmm17, zmm22, zmmword ptr [rsi + 128]
vpmuludq zmm19, zmm19, zmmword ptr [rsi + 132]
vpmuludq zmm28, zmm1, zmmword ptr [rsi + 256]
vpmuludq zmm5, zmm5, zmmword ptr [rsi + 260]
vpmuludq zmm23, zmm6, zmmword ptr [rsi + 0]
vpmuludq zmm14, zmm14, zmmword ptr [rsi + 4]
vpmuludq zmm2, zmm12, zmmword ptr [rsi + 0]
vpmuludq zmm25, zmm25, zmmword ptr [rsi + 4]
vpmuludq zmm21, zmm21, zmmword ptr [rsi + 4]
vmovshdup zmm19{k1}, zmm17
vpsubd zmm17, zmm20, zmm29
vpaddd zmm29, zmm20, zmm29
vpmuludq zmm20, zmm7, zmmword ptr [rsi + 0]
vmovshdup zmm5{k1}, zmm28
vpsubd zmm28, zmm13, zmm26
vshufi32x4 zmm10, zmm4, zmm10, 136
vpsubd zmm4, zmm8, zmm27
vshufi32x4 zmm24, zmm16, zmm24, 136
vshufi32x4 zmm9, zmm18, zmm9, 136
vshufi32x4 zmm15, zmm3, zmm15, 136
vshufi32x4 zmm0, zmm11, zmm0, 136
vmovshdup zmm14{k1}, zmm23
vmovshdup zmm25{k1}, zmm2
vmovshdup zmm21{k1}, zmm20
vpaddd zmm26, zmm13, zmm26
vpaddd zmm28, zmm28, zmm30
vpaddd zmm27, zmm8, zmm27
vpaddd zmm4, zmm4, zmm30
vpsubd zmm8, zmm29, zmm30
vpmulld zmm22, zmm22, zmmword ptr [rsi + 192]
vpmulld zmm19, zmm19, zmm31
vpaddd zmm13, zmm17, zmm30
vpmulld zmm1, zmm1, zmmword ptr [rsi + 320]
vpmulld zmm5, zmm5, zmm31
vshufi32x4 zmm20, zmm10, zmm24, 221
vpsubd zmm2, zmm15, zmm30
vpmulld zmm6, zmm6, zmmword ptr [rsi + 64]
vpmulld zmm14, zmm14, zmm31
vpsubd zmm23, zmm0, zmm30
vpmulld zmm12, zmm12, zmmword ptr [rsi + 64]
vpmulld zmm25, zmm25, zmm31
vpsubd zmm11, zmm9, zmm30
vpmulld zmm7, zmm7, zmmword ptr [rsi + 64]
vpmulld zmm21, zmm21, zmm31
vmovshdup zmm3, zmm26
vmovshdup zmm18, zmm27
vpminud zmm8, zmm29, zmm8
vpsubd zmm19, zmm22, zmm19
vmovshdup zmm22, zmm28
vmovshdup zmm29, zmm4
vpminud zmm13, zmm17, zmm13
vpsubd zmm5, zmm1, zmm5
vmovshdup zmm1, zmm20
vpminud zmm2, zmm15, zmm2
vpsubd zmm14, zmm6, zmm14
vpminud zmm23, zmm0, zmm23
vpsubd zmm25, zmm12, zmm25
vpminud zmm11, zmm9, zmm11
vpsubd zmm21, zmm7, zmm21
vpmuludq zmm7, zmm26, zmmword ptr [rsi + 128]
vpmuludq zmm3, zmm3, zmmword ptr [rsi + 132]
vpmuludq zmm9, zmm27, zmmword ptr [rsi + 128]
vpmuludq zmm18, zmm18, zmmword ptr [rsi + 132]
vpsubd zmm12, zmm8, zmm19
vpmuludq zmm0, zmm28, zmmword ptr [rsi + 256]
vpmuludq zmm22, zmm22, zmmword ptr [rsi + 260]
vpmuludq zmm6, zmm4, zmmword ptr [rsi + 256]
vpmuludq zmm29, zmm29, zmmword ptr [rsi + 260]
vpsubd zmm15, zmm13, zmm5
vpmuludq zmm17, zmm20, zmmword ptr [rsi + 0]
vpmuludq zmm1, zmm1, zmmword ptr [rsi + 4]
vpsubd zmm16, zmm2, zmm14
vpaddd zmm14, zmm2, zmm14
vpsubd zmm2, zmm23, zmm25
vpaddd zmm25, zmm23, zmm25
vpsubd zmm23, zmm11, zmm21
vmovshdup zmm3{k1}, zmm7
vmovshdup zmm18{k1}, zmm9
vpaddd zmm19, zmm8, zmm19
vpaddd zmm12, zmm12, zmm30
vmovshdup zmm22{k1}, zmm0
vmovshdup zmm29{k1}, zmm6
vpaddd zmm5, zmm13, zmm5
vpaddd zmm15, zmm15, zmm30
vshufi32x4 zmm24, zmm10, zmm24, 136
vmovshdup zmm1{k1}, zmm17
vpaddd zmm21, zmm11, zmm21
vpaddd zmm23, zmm23, zmm30
vpsubd zmm11, zmm14, zmm30
vpmulld zmm26, zmm26, zmmword ptr [rsi + 192]
vpmulld zmm3, zmm3, zmm31
vpsubd zmm17, zmm25, zmm30
vpmulld zmm27, zmm27, zmmword ptr [rsi + 192]
vpmulld zmm18, zmm18, zmm31
vpaddd zmm10, zmm16, zmm30
vpmulld zmm28, zmm28, zmmword ptr [rsi + 320]
vpmulld zmm22, zmm22, zmm31
vpaddd zmm13, zmm2, zmm30
vpmulld zmm4, zmm4, zmmword ptr [rsi + 320]
vpmulld zmm29, zmm29, zmm31
vmovshdup zmm6, zmm19
vmovshdup zmm0, zmm12
vmovshdup zmm8, zmm5
vmovshdup zmm9, zmm15
vpsubd zmm7, zmm24, zmm30
vpmulld zmm20, zmm20, zmmword ptr [rsi + 64]
vpmulld zmm1, zmm1, zmm31
vpminud zmm11, zmm14, zmm11
vmovshdup zmm14, zmm21
vpsubd zmm3, zmm26, zmm3
vpminud zmm17, zmm25, zmm17
vpsubd zmm18, zmm27, zmm18
vmovshdup zmm27, zmm23
vpminud zmm10, zmm16, zmm10
vpsubd zmm22, zmm28, zmm22
vpminud zmm13, zmm2, zmm13
vpsubd zmm29, zmm4, zmm29
vpmuludq zmm4, zmm19, zmmword ptr [rsi + 384]
vpmuludq zmm6, zmm6, zmmword ptr [rsi + 388]
vpmuludq zmm2, zmm12, zmmword ptr [rsi + 512]
vpmuludq zmm0, zmm0, zmmword ptr [rsi + 516]
vpmuludq zmm28, zmm5, zmmword ptr [rsi + 640]
vpmuludq zmm8, zmm8, zmmword ptr [rsi + 644]
vpmuludq zmm16, zmm15, zmmword ptr [rsi + 768]
vpmuludq zmm9, zmm9, zmmword ptr [rsi + 772]
vpminud zmm7, zmm24, zmm7
vpsubd zmm1, zmm20, zmm1
vpmuludq zmm20, zmm21, zmmword ptr [rsi + 128]
vpmuludq zmm14, zmm14, zmmword ptr [rsi + 132]
vpsubd zmm24, zmm11, zmm3
vpaddd zmm3, zmm11, zmm3
vpsubd zmm11, zmm17, zmm18
vpmuludq zmm25, zmm23, zmmword ptr [rsi + 256]
vpmuludq zmm27, zmm27, zmmword ptr [rsi + 260]
vpsubd zmm26, zmm10, zmm22
vpaddd zmm22, zmm10, zmm22
vpsubd zmm10, zmm13, zmm29
vmovshdup zmm6{k1}, zmm4
vmovshdup zmm0{k1}, zmm2
vmovshdup zmm8{k1}, zmm28
vmovshdup zmm9{k1}, zmm16
vpsubd zmm16, zmm7, zmm1
vpaddd zmm1, zmm7, zmm1
vmovshdup zmm14{k1}, zmm20
vpaddd zmm18, zmm17, zmm18
vpaddd zmm11, zmm11, zmm30
vmovshdup zmm27{k1}, zmm25
vpaddd zmm29, zmm13, zmm29
vpaddd zmm10, zmm10, zmm30
vpsubd zmm13, zmm3, zmm30
vpmulld zmm19, zmm19, zmmword ptr [rsi + 448]
vpmulld zmm6, zmm6, zmm31
vpaddd zmm25, zmm24, zmm30
vpmulld zmm12, zmm12, zmmword ptr [rsi + 576]
vpmulld zmm0, zmm0, zmm31
vpsubd zmm17, zmm22, zmm30
vpmulld zmm5, zmm5, zmmword ptr [rsi + 704]
vpmulld zmm8, zmm8, zmm31
vpaddd zmm20, zmm26, zmm30
vpmulld zmm15, zmm15, zmmword ptr [rsi + 832]
vpmulld zmm9, zmm9, zmm31
vpsubd zmm7, zmm1, zmm30
vpmulld zmm21, zmm21, zmmword ptr [rsi + 192]
vpmulld zmm14, zmm14, zmm31
vpaddd zmm28, zmm16, zmm30
vpmulld zmm23, zmm23, zmmword ptr [rsi + 320]
vpmulld zmm27, zmm27, zmm31
vmovshdup zmm2, zmm18
vpminud zmm13, zmm3, zmm13
vpsubd zmm6, zmm19, zmm6
vmovshdup zmm19, zmm11
vpminud zmm25, zmm24, zmm25
vpsubd zmm0, zmm12, zmm0
vmovshdup zmm12, zmm29
vpminud zmm17, zmm22, zmm17
vpsubd zmm8, zmm5, zmm8
vmovshdup zmm5, zmm10
vpminud zmm20, zmm26, zmm20
vpsubd zmm9, zmm15, zmm9
vpminud zmm7, zmm1, zmm7
vpsubd zmm14, zmm21, zmm14
vpminud zmm28, zmm16, zmm28
vpsubd zmm27, zmm23, zmm27
vpmuludq zmm23, zmm18, zmmword ptr [rsi + 384]
vpmuludq zmm2, zmm2, zmmword ptr [rsi + 388]
vpsubd zmm16, zmm13, zmm6
vpmuludq zmm21, zmm11, zmmword ptr [rsi + 512]
vpmuludq zmm19, zmm19, zmmword ptr [rsi + 516]
vpsubd zmm1, zmm25, zmm0
vpmuludq zmm15, zmm29, zmmword ptr [rsi + 640]
vpmuludq zmm12, zmm12, zmmword ptr [rsi + 644]
vpsubd zmm26, zmm17, zmm8
vpmuludq zmm22, zmm10, zmmword ptr [rsi + 768]
vpmuludq zmm5, zmm5, zmmword ptr [rsi + 772]
vpsubd zmm24, zmm20, zmm9
vpsubd zmm3, zmm7, zmm14
vpaddd zmm14, zmm7, zmm14
vpsubd zmm7, zmm28, zmm27
vpaddd zmm27, zmm28, zmm27
vmovshdup zmm2{k1}, zmm23
vpaddd zmm6, zmm13, zmm6
vpaddd zmm16, zmm16, zmm30
vmovshdup zmm19{k1}, zmm21
vpaddd zmm0, zmm25, zmm0
vpaddd zmm1, zmm1, zmm30
vmovshdup zmm12{k1}, zmm15
vpaddd zmm8, zmm17, zmm8
vpaddd zmm26, zmm26, zmm30
vmovshdup zmm5{k1}, zmm22
vpaddd zmm9, zmm20, zmm9
vpaddd zmm24, zmm24, zmm30
vpsubd zmm20, zmm14, zmm30
vpmulld zmm18, zmm18, zmmword ptr [rsi + 448]
vpmulld zmm2, zmm2, zmm31
vpaddd zmm22, zmm3, zmm30
vpmulld zmm11, zmm11, zmmword ptr [rsi + 576]
vpmulld zmm19, zmm19, zmm31
vpsubd zmm17, zmm27, zmm30
vpmulld zmm29, zmm29, zmmword ptr [rsi + 704]
vpmulld zmm12, zmm12, zmm31
vpaddd zmm15, zmm7, zmm30
vpmulld zmm10, zmm10, zmmword ptr [rsi + 832]
vpmulld zmm5, zmm5, zmm31
vmovshdup zmm25, zmm6
vmovshdup zmm21, zmm16
vmovshdup zmm13, zmm0
vmovshdup zmm23, zmm1
vmovshdup zmm28, zmm8
vmovshdup zmm4, zmm26
vpminud zmm20, zmm14, zmm20
vmovshdup zmm14, zmm9
vpsubd zmm2, zmm18, zmm2
vmovshdup zmm18, zmm24
vpminud zmm22, zmm3, zmm22
vpsubd zmm19, zmm11, zmm19
vpminud zmm17, zmm27, zmm17
vpsubd zmm12, zmm29, zmm12
vpminud zmm15, zmm7, zmm15
vpsubd zmm5, zmm10, zmm5
vpmuludq zmm10, zmm6, zmmword ptr [rsi + 896]
vpmuludq zmm25, zmm25, zmmword ptr [rsi + 900]
vpmuludq zmm7, zmm16, zmmword ptr [rsi + 1024]
vpmuludq zmm21, zmm21, zmmword ptr [rsi + 1028]
vpmuludq zmm29, zmm0, zmmword ptr [rsi + 1152]
vpmuludq zmm13, zmm13, zmmword ptr [rsi + 1156]
vpmuludq zmm27, zmm1, zmmword ptr [rsi + 1280]
vpmuludq zmm23, zmm23, zmmword ptr [rsi + 1284]
vpmuludq zmm11, zmm8, zmmword ptr [rsi + 1408]
vpmuludq zmm28, zmm28, zmmword ptr [rsi + 1412]
vpmuludq zmm3, zmm26, zmmword ptr [rsi + 1536]
vpmuludq zmm4, zmm4, zmmword ptr [rsi + 1540]
vpmuludq zmm14, zmm14, zmmword ptr [rsi + 1668]
vpmuludq zmm18, zmm18, zmmword ptr [rsi + 1796]
vmovshdup zmm25{k1}, zmm10
vpmuludq zmm10, zmm9, zmmword ptr [rsi + 1664]
vmovshdup zmm21{k1}, zmm7
vpmuludq zmm7, zmm24, zmmword ptr [rsi + 1792]
vmovshdup zmm13{k1}, zmm29
vpsubd zmm29, zmm20, zmm2
vpaddd zmm2, zmm20, zmm2
vpsubd zmm20, zmm22, zmm19
vpaddd zmm19, zmm22, zmm19
vpsubd zmm22, zmm17, zmm12
vpaddd zmm12, zmm17, zmm12
vpsubd zmm17, zmm15, zmm5
vpaddd zmm5, zmm15, zmm5
vmovshdup zmm23{k1}, zmm27
vmovshdup zmm28{k1}, zmm11
vmovshdup zmm4{k1}, zmm3
vmovshdup zmm14{k1}, zmm10
vmovshdup zmm18{k1}, zmm7
vpsubd zmm7, zmm2, zmm30
vpmulld zmm6, zmm6, zmmword ptr [rsi + 960]
vpmulld zmm25, zmm25, zmm31
vpaddd zmm10, zmm29, zmm30
vpmulld zmm16, zmm16, zmmword ptr [rsi + 1088]
vpmulld zmm21, zmm21, zmm31
vpsubd zmm3, zmm19, zmm30
vpmulld zmm0, zmm0, zmmword ptr [rsi + 1216]
vpmulld zmm13, zmm13, zmm31
vpaddd zmm11, zmm20, zmm30
vpmulld zmm1, zmm1, zmmword ptr [rsi + 1344]
vpmulld zmm23, zmm23, zmm31
vpsubd zmm27, zmm12, zmm30
vpmulld zmm8, zmm8, zmmword ptr [rsi + 1472]
vpmulld zmm28, zmm28, zmm31
vpaddd zmm15, zmm22, zmm30
vpmulld zmm26, zmm26, zmmword ptr [rsi + 1600]
vpmulld zmm4, zmm4, zmm31
vpmulld zmm9, zmm9, zmmword ptr [rsi + 1728]
vpmulld zmm14, zmm14, zmm31
vpmulld zmm24, zmm24, zmmword ptr [rsi + 1856]
vpmulld zmm18, zmm18, zmm31
vpminud zmm7, zmm2, zmm7
vpsubd zmm2, zmm5, zmm30
vpsubd zmm25, zmm6, zmm25
vpaddd zmm6, zmm17, zmm30
vpminud zmm10, zmm29, zmm10
vpsubd zmm21, zmm16, zmm21
vpminud zmm3, zmm19, zmm3
vpsubd zmm13, zmm0, zmm13
vpminud zmm11, zmm20, zmm11
vpsubd zmm23, zmm1, zmm23
vpminud zmm27, zmm12, zmm27
vpsubd zmm28, zmm8, zmm28
vpminud zmm15, zmm22, zmm15
vpsubd zmm4, zmm26, zmm4
vpminud zmm2, zmm5, zmm2
vpsubd zmm14, zmm9, zmm14
vpminud zmm6, zmm17, zmm6
vpsubd zmm18, zmm24, zmm18
vpsubd zmm24, zmm7, zmm25
vpaddd zmm25, zmm7, zmm25
vpsubd zmm7, zmm10, zmm21
vpaddd zmm21, zmm10, zmm21
vpsubd zmm10, zmm3, zmm13
vpaddd zmm13, zmm3, zmm13
vpsubd zmm3, zmm11, zmm23
vpaddd zmm23, zmm11, zmm23
vpsubd zmm11, zmm27, zmm28
vpaddd zmm28, zmm27, zmm28
vpsubd zmm27, zmm15, zmm4
vpaddd zmm4, zmm15, zmm4
vpsubd zmm15, zmm2, zmm14
vpaddd zmm14, zmm2, zmm14
vpsubd zmm2, zmm6, zmm18
vpaddd zmm18, zmm6, zmm18
vpsubd zmm6, zmm25, zmm30
vpaddd zmm17, zmm24, zmm30
vpsubd zmm9, zmm21, zmm30
vpaddd zmm5, zmm7, zmm30
vpsubd zmm26, zmm13, zmm30
vpaddd zmm22, zmm10, zmm30
vpsubd zmm8, zmm23, zmm30
vpaddd zmm12, zmm3, zmm30
vpsubd zmm1, zmm28, zmm30
vpaddd zmm20, zmm11, zmm30
vpsubd zmm0, zmm4, zmm30
vpaddd zmm19, zmm27, zmm30
vpsubd zmm16, zmm14, zmm30
vpaddd zmm29, zmm15, zmm30
vpminud zmm6, zmm25, zmm6
vpsubd zmm25, zmm18, zmm30
vpminud zmm17, zmm24, zmm17
vpaddd zmm24, zmm2, zmm30
vpminud zmm9, zmm21, zmm9
vpminud zmm5, zmm7, zmm5
vpminud zmm26, zmm13, zmm26
vpminud zmm22, zmm10, zmm22
vpminud zmm8, zmm23, zmm8
vpminud zmm12, zmm3, zmm12
vpminud zmm1, zmm28, zmm1
vpminud zmm20, zmm11, zmm20
vpminud zmm0, zmm4, zmm0
vpminud zmm19, zmm27, zmm19
vpminud zmm16, zmm14, zmm16
vpminud zmm29, zmm15, zmm29
vpminud zmm25, zmm18, zmm25
vpminud zmm24, zmm2, zmm24
vpsubd zmm2, zmm6, zmm31
vpsubd zmm18, zmm17, zmm31
vpsubd zmm15, zmm9, zmm31
vpsubd zmm14, zmm5, zmm31
vpsubd zmm27, zmm26, zmm31
vpsubd zmm4, zmm22, zmm31
vpsubd zmm11, zmm8, zmm31
vpsubd zmm28, zmm12, zmm31
vpsubd zmm3, zmm1, zmm31
vpsubd zmm23, zmm20, zmm31
vpsubd zmm10, zmm0, zmm31
vpsubd zmm13, zmm19, zmm31
vpsubd zmm7, zmm16, zmm31
vpsubd zmm21, zmm29, zmm31
vpminud zmm2, zmm6, zmm2
vpsubd zmm6, zmm25, zmm31
vpminud zmm18, zmm17, zmm18
vpsubd zmm17, zmm24, zmm31
vpminud zmm15, zmm9, zmm15
vpminud zmm14, zmm5, zmm14
vpminud zmm27, zmm26, zmm27
vpminud zmm4, zmm22, zmm4
vpminud zmm11, zmm8, zmm11
vpminud zmm28, zmm12, zmm28
vpminud zmm3, zmm1, zmm3
vpminud zmm23, zmm20, zmm23
vpminud zmm10, zmm0, zmm10
vpminud zmm13, zmm19, zmm13
vpminud zmm7, zmm16, zmm7
vpminud zmm21, zmm29, zmm21
vpminud zmm6, zmm25, zmm6
vpminud zmm17, zmm24, zmm17
vpunpckldq zmm24, zmm2, zmm18
vpunpckhdq zmm18, zmm2, zmm18
vpunpckldq zmm2, zmm15, zmm14
vpunpckhdq zmm14, zmm15, zmm14
vpunpckldq zmm15, zmm27, zmm4
vpunpckhdq zmm4, zmm27, zmm4
vpunpckldq zmm27, zmm11, zmm28
vpunpckhdq zmm28, zmm11, zmm28
vpunpckldq zmm11, zmm3, zmm23
vpunpckhdq zmm23, zmm3, zmm23
vpunpckldq zmm3, zmm10, zmm13
vpunpckhdq zmm13, zmm10, zmm13
vpunpckldq zmm10, zmm7, zmm21
vpunpckhdq zmm21, zmm7, zmm21
vpunpckldq zmm7, zmm6, zmm17
vpunpckhdq zmm17, zmm6, zmm17
vpunpcklqdq zmm6, zmm24, zmm2
vpunpckhqdq zmm2, zmm24, zmm2
vpunpcklqdq zmm24, zmm18, zmm14
vpunpckhqdq zmm14, zmm18, zmm14
vpunpcklqdq zmm18, zmm15, zmm27
vpunpckhqdq zmm27, zmm15, zmm27
vpunpcklqdq zmm15, zmm4, zmm28
vpunpckhqdq zmm28, zmm4, zmm28
vpunpcklqdq zmm4, zmm11, zmm3
vpunpckhqdq zmm3, zmm11, zmm3
vpunpcklqdq zmm11, zmm23, zmm13
vpunpckhqdq zmm13, zmm23, zmm13
vpunpcklqdq zmm23, zmm10, zmm7
vpunpckhqdq zmm7, zmm10, zmm7
vpunpcklqdq zmm10, zmm21, zmm17
vpunpckhqdq zmm17, zmm21, zmm17
vshufi32x4 zmm21, zmm6, zmm18, 136
vshufi32x4 zmm25, zmm4, zmm23, 136
vshufi32x4 zmm18, zmm6, zmm18, 221
vshufi32x4 zmm23, zmm4, zmm23, 221
vshufi32x4 zmm4, zmm2, zmm27, 136
vshufi32x4 zmm6, zmm3, zmm7, 136
vshufi32x4 zmm27, zmm2, zmm27, 221
vshufi32x4 zmm7, zmm3, zmm7, 221
vshufi32x4 zmm3, zmm24, zmm15, 136
vshufi32x4 zmm2, zmm11, zmm10, 136
vshufi32x4 zmm15, zmm24, zmm15, 221
vshufi32x4 zmm10, zmm11, zmm10, 221
vshufi32x4 zmm11, zmm14, zmm28, 136
vshufi32x4 zmm24, zmm13, zmm17, 136
vshufi32x4 zmm28, zmm14, zmm28, 221
vshufi32x4 zmm17, zmm13, zmm17, 221
vshufi32x4 zmm13, zmm21, zmm25, 136
vshufi32x4 zmm14, zmm18, zmm23, 136
vmovdqu64 zmmword ptr [rdi + 0], zmm13
vshufi32x4 zmm25, zmm21, zmm25, 221
vmovdqu64 zmmword ptr [rdi + 256], zmm14
vshufi32x4 zmm23, zmm18, zmm23, 221
vmovdqu64 zmmword ptr [rdi + 512], zmm25
vshufi32x4 zmm25, zmm4, zmm6, 136
vmovdqu64 zmmword ptr [rdi + 768], zmm23
vshufi32x4 zmm23, zmm27, zmm7, 136
vmovdqu64 zmmword ptr [rdi + 64], zmm25
vshufi32x4 zmm6, zmm4, zmm6, 221
vmovdqu64 zmmword ptr [rdi + 320], zmm23
vshufi32x4 zmm7, zmm27, zmm7, 221
vmovdqu64 zmmword ptr [rdi + 576], zmm6
vshufi32x4 zmm6, zmm3, zmm2, 136
vmovdqu64 zmmword ptr [rdi + 832], zmm7
vshufi32x4 zmm7, zmm15, zmm10, 136
vmovdqu64 zmmword ptr [rdi + 128], zmm6
vshufi32x4 zmm2, zmm3, zmm2, 221
vmovdqu64 zmmword ptr [rdi + 384], zmm7
vshufi32x4 zmm10, zmm15, zmm10, 221
vmovdqu64 zmmword ptr [rdi + 640], zmm2
vshufi32x4 zmm2, zmm11, zmm24, 136
vmovdqu64 zmmword ptr [rdi + 896], zmm10
vshufi32x4 zmm10, zmm28, zmm17, 136
vmovdqu64 zmmword ptr [rdi + 192], zmm2
vshufi32x4 zmm24, zmm11, zmm24, 221
vmovdqu64 zmmword ptr [rdi + 448], zmm10
vshufi32x4 zmm17, zmm28, zmm17, 221
vmovdqu64 zmmword ptr [rdi + 704], zmm24
vmovdqu64 zmmword ptr [rdi + 960], zmm17
add rdi, 1024
add rsi, 1920
dec rcx
jnz 2b
