// Written by generator.rs; do not edit.
mov r10d, 0x5555
kmovw k1, r10d
vpbroadcastd zmm31, r11d
vpaddd zmm30, zmm31, zmm31
2:
vmovdqu64 zmm0, zmmword ptr [rdi + 0]
vmovdqu64 zmm1, zmmword ptr [rdi + 64]
vmovdqu64 zmm2, zmmword ptr [rdi + 128]
vmovdqu64 zmm3, zmmword ptr [rdi + 192]
vmovdqu64 zmm4, zmmword ptr [rdi + 256]
vmovdqu64 zmm5, zmmword ptr [rdi + 320]
vmovdqu64 zmm6, zmmword ptr [rdi + 384]
vmovdqu64 zmm7, zmmword ptr [rdi + 448]
vmovdqu64 zmm8, zmmword ptr [rdi + 512]
vmovdqu64 zmm9, zmmword ptr [rdi + 576]
vmovdqu64 zmm10, zmmword ptr [rdi + 640]
vmovdqu64 zmm11, zmmword ptr [rdi + 704]
vmovdqu64 zmm12, zmmword ptr [rdi + 768]
vmovdqu64 zmm13, zmmword ptr [rdi + 832]
vmovdqu64 zmm14, zmmword ptr [rdi + 896]
vmovdqu64 zmm15, zmmword ptr [rdi + 960]
vpunpckhdq zmm16, zmm0, zmm1
vpunpckldq zmm1, zmm0, zmm1
vpunpckhdq zmm0, zmm2, zmm3
vpunpckldq zmm3, zmm2, zmm3
vpunpckhdq zmm2, zmm4, zmm5
vpunpckldq zmm5, zmm4, zmm5
vpunpckhdq zmm4, zmm6, zmm7
vpunpckhqdq zmm17, zmm16, zmm0
vpunpckldq zmm7, zmm6, zmm7
vpunpckhqdq zmm6, zmm1, zmm3
vpunpckhdq zmm18, zmm8, zmm9
vpunpckldq zmm9, zmm8, zmm9
vpunpcklqdq zmm0, zmm16, zmm0
vpunpcklqdq zmm3, zmm1, zmm3
vpunpckhdq zmm1, zmm10, zmm11
vpunpckhqdq zmm16, zmm2, zmm4
vpunpckldq zmm11, zmm10, zmm11
vpunpckhqdq zmm10, zmm5, zmm7
vpunpckhdq zmm8, zmm12, zmm13
vpunpckldq zmm13, zmm12, zmm13
vpunpcklqdq zmm4, zmm2, zmm4
vpunpcklqdq zmm7, zmm5, zmm7
vpunpckhdq zmm5, zmm14, zmm15
vpunpckhqdq zmm2, zmm18, zmm1
vshufi32x4 zmm12, zmm17, zmm16, 221
vpunpckldq zmm15, zmm14, zmm15
vpunpckhqdq zmm14, zmm9, zmm11
vpunpcklqdq zmm1, zmm18, zmm1
vshufi32x4 zmm18, zmm6, zmm10, 221
vshufi32x4 zmm19, zmm0, zmm4, 221
vpunpckhqdq zmm20, zmm8, zmm5
vpunpckhqdq zmm21, zmm13, zmm15
vpunpcklqdq zmm5, zmm8, zmm5
vshufi32x4 zmm16, zmm17, zmm16, 136
vpunpcklqdq zmm11, zmm9, zmm11
vpunpcklqdq zmm15, zmm13, zmm15
vshufi32x4 zmm13, zmm3, zmm7, 221
vshufi32x4 zmm10, zmm6, zmm10, 136
vshufi32x4 zmm6, zmm2, zmm20, 221
vshufi32x4 zmm9, zmm14, zmm21, 221
vshufi32x4 zmm17, zmm1, zmm5, 221
vshufi32x4 zmm20, zmm2, zmm20, 136
vshufi32x4 zmm2, zmm11, zmm15, 221
vshufi32x4 zmm21, zmm14, zmm21, 136
vshufi32x4 zmm4, zmm0, zmm4, 136
vshufi32x4 zmm5, zmm1, zmm5, 136
vshufi32x4 zmm7, zmm3, zmm7, 136
vshufi32x4 zmm15, zmm11, zmm15, 136
vshufi32x4 zmm11, zmm12, zmm6, 221
vshufi32x4 zmm6, zmm12, zmm6, 136
vshufi32x4 zmm12, zmm18, zmm9, 221
vshufi32x4 zmm3, zmm19, zmm17, 221
vshufi32x4 zmm1, zmm16, zmm20, 221
vshufi32x4 zmm9, zmm18, zmm9, 136
vshufi32x4 zmm17, zmm19, zmm17, 136
vshufi32x4 zmm20, zmm16, zmm20, 136
vshufi32x4 zmm16, zmm13, zmm2, 221
vshufi32x4 zmm19, zmm10, zmm21, 221
vmovshdup zmm18, zmm11
vpmuludq zmm0, zmm11, zmmword ptr [rsi + 0]
vpmulld zmm11, zmm11, zmmword ptr [rsi + 64]
vpsubd zmm14, zmm6, zmm30
vmovshdup zmm8, zmm12
vmovshdup zmm22, zmm3
vpmuludq zmm23, zmm12, zmmword ptr [rsi + 0]
vpmuludq zmm24, zmm3, zmmword ptr [rsi + 0]
vpmuludq zmm18, zmm18, zmmword ptr [rsi + 4]
vmovshdup zmm25, zmm1
vpminud zmm14, zmm6, zmm14
vpmuludq zmm6, zmm1, zmmword ptr [rsi + 0]
vpmuludq zmm8, zmm8, zmmword ptr [rsi + 4]
vpmuludq zmm22, zmm22, zmmword ptr [rsi + 4]
vshufi32x4 zmm26, zmm4, zmm5, 221
vpsubd zmm27, zmm20, zmm30
vpmuludq zmm25, zmm25, zmmword ptr [rsi + 4]
vpmulld zmm1, zmm1, zmmword ptr [rsi + 64]
vpsubd zmm28, zmm9, zmm30
vpsubd zmm29, zmm17, zmm30
vmovshdup zmm18{k1}, zmm0
vpmulld zmm12, zmm12, zmmword ptr [rsi + 64]
vpmulld zmm3, zmm3, zmmword ptr [rsi + 64]
vmovshdup zmm0, zmm19
vmovshdup zmm8{k1}, zmm23
vmovshdup zmm22{k1}, zmm24
vpminud zmm27, zmm20, zmm27
vmovshdup zmm20, zmm16
vpmulld zmm18, zmm18, zmm31
vmovshdup zmm25{k1}, zmm6
vpminud zmm28, zmm9, zmm28
vpminud zmm29, zmm17, zmm29
vpmulld zmm8, zmm8, zmm31
vpmulld zmm22, zmm22, zmm31
vmovshdup zmm17, zmm26
vshufi32x4 zmm2, zmm13, zmm2, 136
vpmulld zmm25, zmm25, zmm31
vpmuludq zmm13, zmm19, zmmword ptr [rsi + 0]
vshufi32x4 zmm21, zmm10, zmm21, 136
vshufi32x4 zmm5, zmm4, zmm5, 136
vpsubd zmm18, zmm11, zmm18
vpmuludq zmm0, zmm0, zmmword ptr [rsi + 4]
vpmuludq zmm11, zmm26, zmmword ptr [rsi + 0]
vshufi32x4 zmm4, zmm7, zmm15, 221
vpsubd zmm8, zmm12, zmm8
vpsubd zmm22, zmm3, zmm22
vpmuludq zmm17, zmm17, zmmword ptr [rsi + 4]
vpmuludq zmm3, zmm16, zmmword ptr [rsi + 0]
vpsubd zmm12, zmm14, zmm18
vpaddd zmm18, zmm14, zmm18
vpsubd zmm25, zmm1, zmm25
vpmuludq zmm20, zmm20, zmmword ptr [rsi + 4]
vpsubd zmm1, zmm28, zmm8
vpsubd zmm14, zmm29, zmm22
vpaddd zmm8, zmm28, zmm8
vpaddd zmm22, zmm29, zmm22
vpaddd zmm12, zmm12, zmm30
vmovshdup zmm29, zmm18
vpmuludq zmm28, zmm18, zmmword ptr [rsi + 128]
vpsubd zmm10, zmm27, zmm25
vpaddd zmm25, zmm27, zmm25
vpmulld zmm18, zmm18, zmmword ptr [rsi + 192]
vpaddd zmm1, zmm1, zmm30
vpaddd zmm14, zmm14, zmm30
vmovshdup zmm27, zmm12
vpmuludq zmm29, zmm29, zmmword ptr [rsi + 132]
vpmuludq zmm9, zmm12, zmmword ptr [rsi + 256]
vpaddd zmm6, zmm10, zmm30
vpmulld zmm12, zmm12, zmmword ptr [rsi + 320]
vpsubd zmm24, zmm25, zmm30
vmovshdup zmm0{k1}, zmm13
vmovshdup zmm17{k1}, zmm11
vpmuludq zmm27, zmm27, zmmword ptr [rsi + 260]
vmovshdup zmm20{k1}, zmm3
vmovshdup zmm3, zmm8
vmovshdup zmm11, zmm22
vmovshdup zmm29{k1}, zmm28
vpminud zmm24, zmm25, zmm24
vmovshdup zmm25, zmm1
vmovshdup zmm28, zmm14
vpminud zmm6, zmm10, zmm6
vpmulld zmm19, zmm19, zmmword ptr [rsi + 64]
vpmulld zmm0, zmm0, zmm31
vpsubd zmm10, zmm21, zmm30
vmovshdup zmm27{k1}, zmm9
vpmulld zmm29, zmm29, zmm31
vpmulld zmm26, zmm26, zmmword ptr [rsi + 64]
vpsubd zmm9, zmm5, zmm30
vpmulld zmm17, zmm17, zmm31
vpmulld zmm16, zmm16, zmmword ptr [rsi + 64]
vpsubd zmm13, zmm2, zmm30
vmovshdup zmm23, zmm4
vpmulld zmm27, zmm27, zmm31
vpmulld zmm20, zmm20, zmm31
vpminud zmm10, zmm21, zmm10
vpsubd zmm0, zmm19, zmm0
vpsubd zmm29, zmm18, zmm29
vpmuludq zmm18, zmm8, zmmword ptr [rsi + 128]
vpmuludq zmm3, zmm3, zmmword ptr [rsi + 132]
vpminud zmm9, zmm5, zmm9
vpmuludq zmm5, zmm22, zmmword ptr [rsi + 128]
vpmuludq zmm11, zmm11, zmmword ptr [rsi + 132]
vpsubd zmm17, zmm26, zmm17
vpminud zmm13, zmm2, zmm13
vpsubd zmm27, zmm12, zmm27
vpsubd zmm12, zmm24, zmm29
vpmuludq zmm2, zmm1, zmmword ptr [rsi + 256]
vpmuludq zmm25, zmm25, zmmword ptr [rsi + 260]
vpmuludq zmm26, zmm14, zmmword ptr [rsi + 256]
vpmuludq zmm28, zmm28, zmmword ptr [rsi + 260]
vpsubd zmm20, zmm16, zmm20
vpaddd zmm29, zmm24, zmm29
vpsubd zmm24, zmm6, zmm27
vpaddd zmm12, zmm12, zmm30
vpaddd zmm27, zmm6, zmm27
vmovshdup zmm3{k1}, zmm18
vmovshdup zmm11{k1}, zmm5
vmovshdup zmm25{k1}, zmm2
vpmuludq zmm2, zmm4, zmmword ptr [rsi + 0]
vpmuludq zmm23, zmm23, zmmword ptr [rsi + 4]
vpaddd zmm24, zmm24, zmm30
vmovshdup zmm28{k1}, zmm26
vpsubd zmm26, zmm10, zmm0
vpaddd zmm0, zmm10, zmm0
vpsubd zmm10, zmm9, zmm17
vpaddd zmm17, zmm9, zmm17
vpsubd zmm9, zmm13, zmm20
vmovshdup zmm5, zmm29
vmovshdup zmm18, zmm12
vmovshdup zmm6, zmm27
vmovshdup zmm16, zmm24
vshufi32x4 zmm15, zmm7, zmm15, 136
vpmulld zmm8, zmm8, zmmword ptr [rsi + 192]
vpmulld zmm3, zmm3, zmm31
vpaddd zmm20, zmm13, zmm20
vpaddd zmm9, zmm9, zmm30
vpmulld zmm22, zmm22, zmmword ptr [rsi + 192]
vpmulld zmm11, zmm11, zmm31
vpsubd zmm13, zmm0, zmm30
vpsubd zmm7, zmm17, zmm30
vpmulld zmm1, zmm1, zmmword ptr [rsi + 320]
vpmulld zmm25, zmm25, zmm31
vpaddd zmm19, zmm26, zmm30
vpaddd zmm21, zmm10, zmm30
vpmulld zmm14, zmm14, zmmword ptr [rsi + 320]
vpmulld zmm28, zmm28, zmm31
vmovshdup zmm23{k1}, zmm2
vmovshdup zmm2, zmm20
vpmuludq zmm5, zmm5, zmmword ptr [rsi + 388]
vpmuludq zmm18, zmm18, zmmword ptr [rsi + 516]
vpminud zmm13, zmm0, zmm13
vpsubd zmm3, zmm8, zmm3
vpmuludq zmm8, zmm29, zmmword ptr [rsi + 384]
vpmuludq zmm0, zmm12, zmmword ptr [rsi + 512]
vpminud zmm7, zmm17, zmm7
vpsubd zmm11, zmm22, zmm11
vpmuludq zmm22, zmm27, zmmword ptr [rsi + 640]
vpmuludq zmm6, zmm6, zmmword ptr [rsi + 644]
vmovshdup zmm17, zmm9
vpminud zmm19, zmm26, zmm19
vpmuludq zmm26, zmm24, zmmword ptr [rsi + 768]
vpmuludq zmm16, zmm16, zmmword ptr [rsi + 772]
vpsubd zmm25, zmm1, zmm25
vpminud zmm21, zmm10, zmm21
vpsubd zmm28, zmm14, zmm28
vpmulld zmm4, zmm4, zmmword ptr [rsi + 64]
vpmulld zmm23, zmm23, zmm31
vmovshdup zmm5{k1}, zmm8
vmovshdup zmm18{k1}, zmm0
vmovshdup zmm6{k1}, zmm22
vpsubd zmm22, zmm15, zmm30
vpmuludq zmm0, zmm20, zmmword ptr [rsi + 128]
vmovshdup zmm16{k1}, zmm26
vpmuludq zmm2, zmm2, zmmword ptr [rsi + 132]
vpsubd zmm26, zmm13, zmm3
vpaddd zmm3, zmm13, zmm3
vpsubd zmm13, zmm7, zmm11
vpmuludq zmm8, zmm9, zmmword ptr [rsi + 256]
vpmuludq zmm17, zmm17, zmmword ptr [rsi + 260]
vpsubd zmm14, zmm19, zmm25
vpaddd zmm25, zmm19, zmm25
vpsubd zmm19, zmm21, zmm28
vpmulld zmm29, zmm29, zmmword ptr [rsi + 448]
vpmulld zmm5, zmm5, zmm31
vpmulld zmm12, zmm12, zmmword ptr [rsi + 576]
vpmulld zmm18, zmm18, zmm31
vpminud zmm22, zmm15, zmm22
vpsubd zmm23, zmm4, zmm23
vpmulld zmm27, zmm27, zmmword ptr [rsi + 704]
vpmulld zmm6, zmm6, zmm31
vpaddd zmm11, zmm7, zmm11
vpaddd zmm13, zmm13, zmm30
vpmulld zmm24, zmm24, zmmword ptr [rsi + 832]
vpmulld zmm16, zmm16, zmm31
vpaddd zmm28, zmm21, zmm28
vpaddd zmm19, zmm19, zmm30
vpsubd zmm21, zmm3, zmm30
vpaddd zmm7, zmm26, zmm30
vpsubd zmm4, zmm25, zmm30
vpaddd zmm15, zmm14, zmm30
vmovshdup zmm2{k1}, zmm0
vmovshdup zmm17{k1}, zmm8
vpsubd zmm8, zmm22, zmm23
vpaddd zmm23, zmm22, zmm23
vmovshdup zmm22, zmm11
vpminud zmm21, zmm3, zmm21
vpsubd zmm5, zmm29, zmm5
vmovshdup zmm29, zmm13
vpminud zmm7, zmm26, zmm7
vpsubd zmm18, zmm12, zmm18
vmovshdup zmm12, zmm28
vpminud zmm4, zmm25, zmm4
vpsubd zmm6, zmm27, zmm6
vmovshdup zmm27, zmm19
vpminud zmm15, zmm14, zmm15
vpsubd zmm16, zmm24, zmm16
vpmulld zmm20, zmm20, zmmword ptr [rsi + 192]
vpmulld zmm2, zmm2, zmm31
vpsubd zmm24, zmm23, zmm30
vpaddd zmm14, zmm8, zmm30
vpmulld zmm9, zmm9, zmmword ptr [rsi + 320]
vpmulld zmm17, zmm17, zmm31
vpsubd zmm25, zmm21, zmm5
vpsubd zmm26, zmm7, zmm18
vpmuludq zmm3, zmm11, zmmword ptr [rsi + 384]
vpmuludq zmm22, zmm22, zmmword ptr [rsi + 388]
vpsubd zmm0, zmm4, zmm6
vpsubd zmm10, zmm15, zmm16
vpmuludq zmm1, zmm13, zmmword ptr [rsi + 512]
vpmuludq zmm29, zmm29, zmmword ptr [rsi + 516]
vpminud zmm24, zmm23, zmm24
vpsubd zmm2, zmm20, zmm2
vpmuludq zmm20, zmm28, zmmword ptr [rsi + 640]
vpmuludq zmm12, zmm12, zmmword ptr [rsi + 644]
vpminud zmm14, zmm8, zmm14
vpsubd zmm17, zmm9, zmm17
vpmuludq zmm9, zmm19, zmmword ptr [rsi + 768]
vpmuludq zmm27, zmm27, zmmword ptr [rsi + 772]
vpaddd zmm5, zmm21, zmm5
vpaddd zmm25, zmm25, zmm30
vpaddd zmm18, zmm7, zmm18
vpaddd zmm26, zmm26, zmm30
vpaddd zmm6, zmm4, zmm6
vpaddd zmm0, zmm0, zmm30
vpaddd zmm16, zmm15, zmm16
vpaddd zmm10, zmm10, zmm30
vmovshdup zmm22{k1}, zmm3
vmovshdup zmm29{k1}, zmm1
vmovshdup zmm12{k1}, zmm20
vmovshdup zmm27{k1}, zmm9
vpsubd zmm9, zmm24, zmm2
vpaddd zmm2, zmm24, zmm2
vpsubd zmm24, zmm14, zmm17
vpaddd zmm17, zmm14, zmm17
vmovshdup zmm14, zmm5
vmovshdup zmm20, zmm25
vmovshdup zmm1, zmm18
vmovshdup zmm3, zmm26
vmovshdup zmm15, zmm6
vmovshdup zmm4, zmm0
vmovshdup zmm7, zmm16
vmovshdup zmm21, zmm10
vpmulld zmm11, zmm11, zmmword ptr [rsi + 448]
vpmulld zmm22, zmm22, zmm31
vpmulld zmm13, zmm13, zmmword ptr [rsi + 576]
vpmulld zmm29, zmm29, zmm31
vpsubd zmm8, zmm2, zmm30
vpaddd zmm23, zmm9, zmm30
vpmulld zmm28, zmm28, zmmword ptr [rsi + 704]
vpmulld zmm12, zmm12, zmm31
vpmulld zmm19, zmm19, zmmword ptr [rsi + 832]
vpmulld zmm27, zmm27, zmm31
vpminud zmm8, zmm2, zmm8
vpsubd zmm22, zmm11, zmm22
vpsubd zmm11, zmm17, zmm30
vpaddd zmm2, zmm24, zmm30
vpmuludq zmm14, zmm14, zmmword ptr [rsi + 900]
vpmuludq zmm20, zmm20, zmmword ptr [rsi + 1028]
vpmuludq zmm1, zmm1, zmmword ptr [rsi + 1156]
vpmuludq zmm3, zmm3, zmmword ptr [rsi + 1284]
vpminud zmm23, zmm9, zmm23
vpsubd zmm29, zmm13, zmm29
vpmuludq zmm13, zmm5, zmmword ptr [rsi + 896]
vpmuludq zmm9, zmm25, zmmword ptr [rsi + 1024]
vpminud zmm11, zmm17, zmm11
vpsubd zmm12, zmm28, zmm12
vpmuludq zmm28, zmm18, zmmword ptr [rsi + 1152]
vpmuludq zmm17, zmm26, zmmword ptr [rsi + 1280]
vpminud zmm2, zmm24, zmm2
vpsubd zmm27, zmm19, zmm27
vpmuludq zmm19, zmm6, zmmword ptr [rsi + 1408]
vpmuludq zmm15, zmm15, zmmword ptr [rsi + 1412]
vpsubd zmm24, zmm8, zmm22
vpaddd zmm22, zmm8, zmm22
vpmuludq zmm8, zmm0, zmmword ptr [rsi + 1536]
vpmuludq zmm4, zmm4, zmmword ptr [rsi + 1540]
vmovshdup zmm14{k1}, zmm13
vmovshdup zmm20{k1}, zmm9
vpmuludq zmm9, zmm16, zmmword ptr [rsi + 1664]
vpmuludq zmm7, zmm7, zmmword ptr [rsi + 1668]
vmovshdup zmm1{k1}, zmm28
vmovshdup zmm3{k1}, zmm17
vpmuludq zmm17, zmm10, zmmword ptr [rsi + 1792]
vpmuludq zmm21, zmm21, zmmword ptr [rsi + 1796]
vmovshdup zmm15{k1}, zmm19
vpsubd zmm19, zmm23, zmm29
vmovshdup zmm4{k1}, zmm8
vpaddd zmm29, zmm23, zmm29
vpsubd zmm23, zmm11, zmm12
vpaddd zmm12, zmm11, zmm12
vmovshdup zmm7{k1}, zmm9
vpsubd zmm9, zmm2, zmm27
vpaddd zmm27, zmm2, zmm27
vpmulld zmm5, zmm5, zmmword ptr [rsi + 960]
vmovshdup zmm21{k1}, zmm17
vpmulld zmm14, zmm14, zmm31
vpmulld zmm25, zmm25, zmmword ptr [rsi + 1088]
vpsubd zmm17, zmm22, zmm30
vpmulld zmm20, zmm20, zmm31
vpmulld zmm18, zmm18, zmmword ptr [rsi + 1216]
vpaddd zmm2, zmm24, zmm30
vpsubd zmm11, zmm29, zmm30
vpmulld zmm1, zmm1, zmm31
vpmulld zmm26, zmm26, zmmword ptr [rsi + 1344]
vpaddd zmm8, zmm19, zmm30
vpsubd zmm28, zmm12, zmm30
vpmulld zmm3, zmm3, zmm31
vpmulld zmm6, zmm6, zmmword ptr [rsi + 1472]
vpaddd zmm13, zmm23, zmm30
vpminud zmm17, zmm22, zmm17
vpmulld zmm15, zmm15, zmm31
vpmulld zmm0, zmm0, zmmword ptr [rsi + 1600]
vpsubd zmm22, zmm27, zmm30
vpsubd zmm14, zmm5, zmm14
vpmulld zmm4, zmm4, zmm31
vpmulld zmm16, zmm16, zmmword ptr [rsi + 1728]
vpaddd zmm5, zmm9, zmm30
vpminud zmm2, zmm24, zmm2
vpmulld zmm7, zmm7, zmm31
vpmulld zmm10, zmm10, zmmword ptr [rsi + 1856]
vpsubd zmm20, zmm25, zmm20
vpminud zmm11, zmm29, zmm11
vpmulld zmm21, zmm21, zmm31
vpsubd zmm1, zmm18, zmm1
vpminud zmm8, zmm19, zmm8
vpsubd zmm3, zmm26, zmm3
vpminud zmm28, zmm12, zmm28
vpsubd zmm15, zmm6, zmm15
vpminud zmm13, zmm23, zmm13
vpsubd zmm4, zmm0, zmm4
vpminud zmm22, zmm27, zmm22
vpsubd zmm7, zmm16, zmm7
vpminud zmm5, zmm9, zmm5
vpsubd zmm9, zmm17, zmm14
vpsubd zmm21, zmm10, zmm21
vpaddd zmm14, zmm17, zmm14
vpsubd zmm17, zmm2, zmm20
vpaddd zmm20, zmm2, zmm20
vpsubd zmm2, zmm11, zmm1
vpaddd zmm1, zmm11, zmm1
vpsubd zmm11, zmm8, zmm3
vpaddd zmm3, zmm8, zmm3
vpsubd zmm8, zmm28, zmm15
vpaddd zmm15, zmm28, zmm15
vpsubd zmm28, zmm13, zmm4
vpaddd zmm4, zmm13, zmm4
vpsubd zmm13, zmm22, zmm7
vpaddd zmm7, zmm22, zmm7
vpsubd zmm22, zmm5, zmm21
vpaddd zmm21, zmm5, zmm21
vpsubd zmm5, zmm14, zmm30
vpaddd zmm10, zmm9, zmm30
vpsubd zmm16, zmm20, zmm30
vpaddd zmm27, zmm17, zmm30
vpsubd zmm0, zmm1, zmm30
vpaddd zmm23, zmm2, zmm30
vpsubd zmm6, zmm3, zmm30
vpaddd zmm12, zmm11, zmm30
vpsubd zmm26, zmm15, zmm30
vpaddd zmm19, zmm8, zmm30
vpsubd zmm18, zmm4, zmm30
vpaddd zmm29, zmm28, zmm30
vpsubd zmm25, zmm7, zmm30
vpaddd zmm24, zmm13, zmm30
vpminud zmm5, zmm14, zmm5
vpminud zmm10, zmm9, zmm10
vpsubd zmm9, zmm21, zmm30
vpaddd zmm14, zmm22, zmm30
vpminud zmm16, zmm20, zmm16
vpminud zmm27, zmm17, zmm27
vpminud zmm0, zmm1, zmm0
vpminud zmm23, zmm2, zmm23
vpminud zmm6, zmm3, zmm6
vpminud zmm12, zmm11, zmm12
vpminud zmm26, zmm15, zmm26
vpminud zmm19, zmm8, zmm19
vpminud zmm18, zmm4, zmm18
vpminud zmm29, zmm28, zmm29
vpminud zmm25, zmm7, zmm25
vpminud zmm24, zmm13, zmm24
vpminud zmm9, zmm21, zmm9
vpminud zmm14, zmm22, zmm14
vpsubd zmm22, zmm5, zmm31
vpsubd zmm21, zmm10, zmm31
vpsubd zmm13, zmm16, zmm31
vpsubd zmm7, zmm27, zmm31
vpsubd zmm28, zmm0, zmm31
vpsubd zmm4, zmm23, zmm31
vpsubd zmm8, zmm6, zmm31
vpsubd zmm15, zmm12, zmm31
vpsubd zmm11, zmm26, zmm31
vpsubd zmm3, zmm19, zmm31
vpsubd zmm2, zmm18, zmm31
vpsubd zmm1, zmm29, zmm31
vpsubd zmm17, zmm25, zmm31
vpsubd zmm20, zmm24, zmm31
vpminud zmm22, zmm5, zmm22
vpminud zmm21, zmm10, zmm21
vpsubd zmm10, zmm9, zmm31
vpsubd zmm5, zmm14, zmm31
vpminud zmm13, zmm16, zmm13
vpminud zmm7, zmm27, zmm7
vpminud zmm28, zmm0, zmm28
vpminud zmm4, zmm23, zmm4
vpminud zmm8, zmm6, zmm8
vpminud zmm15, zmm12, zmm15
vpminud zmm11, zmm26, zmm11
vpminud zmm3, zmm19, zmm3
vpminud zmm2, zmm18, zmm2
vpminud zmm1, zmm29, zmm1
vpminud zmm17, zmm25, zmm17
vpminud zmm20, zmm24, zmm20
vpminud zmm10, zmm9, zmm10
vpminud zmm5, zmm14, zmm5
vpunpckldq zmm14, zmm22, zmm21
vpunpckhdq zmm21, zmm22, zmm21
vpunpckldq zmm22, zmm13, zmm7
vpunpckhdq zmm7, zmm13, zmm7
vpunpckldq zmm13, zmm28, zmm4
vpunpckhdq zmm4, zmm28, zmm4
vpunpckldq zmm28, zmm8, zmm15
vpunpckhdq zmm15, zmm8, zmm15
vpunpckldq zmm8, zmm11, zmm3
vpunpckhdq zmm3, zmm11, zmm3
vpunpckldq zmm11, zmm2, zmm1
vpunpckhdq zmm1, zmm2, zmm1
vpunpckldq zmm2, zmm17, zmm20
vpunpckhdq zmm20, zmm17, zmm20
vpunpckldq zmm17, zmm10, zmm5
vpunpckhdq zmm5, zmm10, zmm5
vpunpcklqdq zmm10, zmm14, zmm22
vpunpckhqdq zmm22, zmm14, zmm22
vpunpcklqdq zmm14, zmm21, zmm7
vpunpckhqdq zmm7, zmm21, zmm7
vpunpcklqdq zmm21, zmm13, zmm28
vpunpckhqdq zmm28, zmm13, zmm28
vpunpcklqdq zmm13, zmm4, zmm15
vpunpckhqdq zmm15, zmm4, zmm15
vpunpcklqdq zmm4, zmm8, zmm11
vpunpckhqdq zmm11, zmm8, zmm11
vpunpcklqdq zmm8, zmm3, zmm1
vpunpckhqdq zmm1, zmm3, zmm1
vpunpcklqdq zmm3, zmm2, zmm17
vpunpckhqdq zmm17, zmm2, zmm17
vpunpcklqdq zmm2, zmm20, zmm5
vpunpckhqdq zmm5, zmm20, zmm5
vshufi32x4 zmm20, zmm10, zmm21, 136
vshufi32x4 zmm21, zmm10, zmm21, 221
vshufi32x4 zmm10, zmm4, zmm3, 136
vshufi32x4 zmm3, zmm4, zmm3, 221
vshufi32x4 zmm4, zmm22, zmm28, 136
vshufi32x4 zmm9, zmm11, zmm17, 136
vshufi32x4 zmm28, zmm22, zmm28, 221
vshufi32x4 zmm17, zmm11, zmm17, 221
vshufi32x4 zmm11, zmm14, zmm13, 136
vshufi32x4 zmm22, zmm8, zmm2, 136
vshufi32x4 zmm13, zmm14, zmm13, 221
vshufi32x4 zmm2, zmm8, zmm2, 221
vshufi32x4 zmm8, zmm7, zmm15, 136
vshufi32x4 zmm14, zmm1, zmm5, 136
vshufi32x4 zmm15, zmm7, zmm15, 221
vshufi32x4 zmm5, zmm1, zmm5, 221
vshufi32x4 zmm1, zmm20, zmm10, 136
vshufi32x4 zmm7, zmm21, zmm3, 136
vshufi32x4 zmm10, zmm20, zmm10, 221
vshufi32x4 zmm3, zmm21, zmm3, 221
vshufi32x4 zmm21, zmm4, zmm9, 136
vshufi32x4 zmm20, zmm28, zmm17, 136
vshufi32x4 zmm9, zmm4, zmm9, 221
vshufi32x4 zmm17, zmm28, zmm17, 221
vshufi32x4 zmm28, zmm11, zmm22, 136
vshufi32x4 zmm4, zmm13, zmm2, 136
vshufi32x4 zmm22, zmm11, zmm22, 221
vshufi32x4 zmm2, zmm13, zmm2, 221
vmovdqu64 zmmword ptr [rdi + 0], zmm1
vshufi32x4 zmm1, zmm8, zmm14, 136
vshufi32x4 zmm13, zmm15, zmm5, 136
vmovdqu64 zmmword ptr [rdi + 256], zmm7
vshufi32x4 zmm14, zmm8, zmm14, 221
vshufi32x4 zmm5, zmm15, zmm5, 221
vmovdqu64 zmmword ptr [rdi + 64], zmm21
vmovdqu64 zmmword ptr [rdi + 320], zmm20
vmovdqu64 zmmword ptr [rdi + 128], zmm28
vmovdqu64 zmmword ptr [rdi + 384], zmm4
vmovdqu64 zmmword ptr [rdi + 192], zmm1
vmovdqu64 zmmword ptr [rdi + 448], zmm13
vmovdqu64 zmmword ptr [rdi + 512], zmm10
vmovdqu64 zmmword ptr [rdi + 576], zmm9
vmovdqu64 zmmword ptr [rdi + 640], zmm22
vmovdqu64 zmmword ptr [rdi + 704], zmm14
vmovdqu64 zmmword ptr [rdi + 768], zmm3
vmovdqu64 zmmword ptr [rdi + 832], zmm17
vmovdqu64 zmmword ptr [rdi + 896], zmm2
vmovdqu64 zmmword ptr [rdi + 960], zmm5
add rdi, 1024
add rsi, 1920
dec rcx
jnz 2b
