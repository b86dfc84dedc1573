#include "go_asm.h"
#include "textflag.h"

// The classes of bytes, 64 at a time. A byte is of a class when, moved up so
// that the last of the class becomes 0x7F, it is above what the first becomes
// less one, as signed bytes.

DATA move<>+0(SB)/1, $0x46 // '9' becomes 0x7F
DATA move<>+1(SB)/1, $0x75 // and '0' 0x76
DATA move<>+2(SB)/1, $0x25 // 'Z' becomes 0x7F
DATA move<>+3(SB)/1, $0x65 // and 'A' 0x66
DATA move<>+4(SB)/1, $0x05 // 'z' becomes 0x7F
DATA move<>+5(SB)/1, $0x65 // and 'a' 0x66
DATA move<>+6(SB)/1, $0x40 // '@'
DATA move<>+7(SB)/1, $0x50 // '/' becomes 0x7F
DATA move<>+8(SB)/1, $0x7C // and '-' 0x7D
DATA move<>+9(SB)/1, $0x00
DATA move<>+10(SB)/2, $0x00
DATA move<>+12(SB)/4, $0x00
GLOBL move<>(SB), RODATA|NOPTR, $16

// The masks of the classes lie one after another.
#define UPPER (const_upperClass*const_maskSize)
#define LOWER (const_lowerClass*const_maskSize)
#define AT (const_atClass*const_maskSize)
#define SLASH (const_slashClass*const_maskSize)

// MASK leaves in register r the class of the bytes in Y14 and Y15 that Ya moves
// to above Yb.
#define MASK(a, b, r, t) \
	VPADDB   a, Y14, Y12  \
	VPADDB   a, Y15, Y13  \
	VPCMPGTB b, Y12, Y12  \
	VPCMPGTB b, Y13, Y13  \
	VPMOVMSKB Y12, r      \
	VPMOVMSKB Y13, t      \
	SHLQ $32, t           \
	ORQ  t, r

// func classifyAVX2(w *Sweep, text *byte, blocks int)
TEXT ·classifyAVX2(SB), NOSPLIT, $0-24
	MOVQ w+0(FP), DI
	MOVQ text+8(FP), SI
	MOVQ blocks+16(FP), CX
	VPBROADCASTB move<>+0(SB), Y0
	VPBROADCASTB move<>+1(SB), Y1
	VPBROADCASTB move<>+2(SB), Y2
	VPBROADCASTB move<>+3(SB), Y3
	VPBROADCASTB move<>+4(SB), Y4
	VPBROADCASTB move<>+5(SB), Y5
	VPBROADCASTB move<>+6(SB), Y6
	VPBROADCASTB move<>+7(SB), Y7
	VPBROADCASTB move<>+8(SB), Y8

next:
	VMOVDQU (SI), Y14
	VMOVDQU 32(SI), Y15
	MASK(Y0, Y1, AX, DX)
	MOVQ AX, (DI)
	MASK(Y2, Y3, BX, DX)
	MOVQ BX, UPPER(DI)
	MASK(Y4, Y5, R8, DX)
	MOVQ R8, LOWER(DI)
	VPCMPEQB Y6, Y14, Y12
	VPCMPEQB Y6, Y15, Y13
	VPMOVMSKB Y12, R9
	VPMOVMSKB Y13, R10
	SHLQ $32, R10
	ORQ  R10, R9
	MOVQ R9, AT(DI)
	MASK(Y7, Y8, R11, DX)
	MOVQ R11, SLASH(DI)
	ADDQ $64, SI
	ADDQ $8, DI
	DECQ CX
	JNZ  next
	VZEROUPPER
	RET

// func digitsAVX2(digits *[65]uint64, text *byte, blocks int)
TEXT ·digitsAVX2(SB), NOSPLIT, $0-24
	MOVQ digits+0(FP), DI
	MOVQ text+8(FP), SI
	MOVQ blocks+16(FP), CX
	VPBROADCASTB move<>+0(SB), Y0
	VPBROADCASTB move<>+1(SB), Y1

nextDigits:
	VMOVDQU (SI), Y14
	VMOVDQU 32(SI), Y15
	MASK(Y0, Y1, AX, DX)
	MOVQ AX, (DI)
	ADDQ $64, SI
	ADDQ $8, DI
	DECQ CX
	JNZ  nextDigits
	VZEROUPPER
	RET

// TERM keeps in Y0 the bits of four blocks, R9 bytes from the first, for which
// the term at R10 holds: its class is shifted so that what stands ahead comes to
// lie on them.
#define TERM \
	MOVQ    term_offset(R10), R12      \
	ADDQ    R9, R12                    \
	VMOVDQU (DI)(R12*1), Y1            \
	VMOVDQU 8(DI)(R12*1), Y2           \
	VPSRLQ  term_right(R10), Y1, Y1    \
	VPSLLQ  term_left(R10), Y2, Y2     \
	VPBROADCASTQ term_flip(R10), Y3    \
	VPOR    Y2, Y1, Y1                 \
	VPXOR   Y3, Y1, Y1                 \
	VPAND   Y1, Y0, Y0                 \
	ADDQ    $term__size, R10

// func passAVX2(w *Sweep, first *term, terms, fours int)
TEXT ·passAVX2(SB), NOSPLIT, $0-32
	MOVQ w+0(FP), DI
	MOVQ first+8(FP), SI
	MOVQ terms+16(FP), R8
	MOVQ fours+24(FP), CX
	XORQ R9, R9

passFour:
	VMOVDQU Sweep_starts(DI)(R9*1), Y0
	VPTEST  Y0, Y0
	JZ      passed
	MOVQ    SI, R10
	MOVQ    R8, R11

passTerm:
	TERM
	DECQ    R11
	JNZ     passTerm
	VPOR    Sweep_places(DI)(R9*1), Y0, Y0
	VMOVDQU Y0, Sweep_places(DI)(R9*1)

passed:
	ADDQ $32, R9
	DECQ CX
	JNZ  passFour
	VZEROUPPER
	RET

// func thinAVX2(w *Sweep, first *term, terms, fours int)
TEXT ·thinAVX2(SB), NOSPLIT, $0-32
	MOVQ w+0(FP), DI
	MOVQ first+8(FP), SI
	MOVQ terms+16(FP), R8
	MOVQ fours+24(FP), CX
	XORQ R9, R9

thinFour:
	VMOVDQU Sweep_starts(DI)(R9*1), Y0
	MOVQ    SI, R10
	MOVQ    R8, R11

thinTerm:
	TERM
	DECQ    R11
	JNZ     thinTerm
	VMOVDQU Y0, Sweep_starts(DI)(R9*1)
	ADDQ $32, R9
	DECQ CX
	JNZ  thinFour
	VZEROUPPER
	RET
