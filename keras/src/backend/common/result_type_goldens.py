"""What Keras 3.15.1 answers to `result_type` of all pairs of dtypes; capitals are Python types, N is None."""

NAMES = {
    "b": "bool",
    "u1": "uint8",
    "u2": "uint16",
    "u4": "uint32",
    "u8": "uint64",
    "i1": "int8",
    "i2": "int16",
    "i4": "int32",
    "i8": "int64",
    "bf": "bfloat16",
    "f2": "float16",
    "f4": "float32",
    "f8": "float64",
    "c8": "complex64",
    "c16": "complex128",
    "B": bool,
    "I": int,
    "F": float,
    "C": complex,
    "N": None,
}

# Engines that stop at 32 bits, floatx float32.
NARROW = """
    |   b  u1  u2  u4  u8  i1  i2  i4  i8  bf  f2  f4  f8  c8 c16   B   I   F   C   N
  b |   b  u1  u2  u4  u4  i1  i2  i4  i4  bf  f2  f4  f4  c8  c8   b  i4  f4  c8  f4
 u1 |  u1  u1  u2  u4  u4  i2  i2  i4  i4  bf  f2  f4  f4  c8  c8  u1  u1  f4  c8  f4
 u2 |  u2  u2  u2  u4  u4  i4  i4  i4  i4  bf  f2  f4  f4  c8  c8  u2  u2  f4  c8  f4
 u4 |  u4  u4  u4  u4  u4  i4  i4  i4  i4  bf  f2  f4  f4  c8  c8  u4  u4  f4  c8  f4
 u8 |  u4  u4  u4  u4  u4  f4  f4  f4  f4  bf  f2  f4  f4  c8  c8  u4  u4  f4  c8  f4
 i1 |  i1  i2  i4  i4  f4  i1  i2  i4  i4  bf  f2  f4  f4  c8  c8  i1  i1  f4  c8  f4
 i2 |  i2  i2  i4  i4  f4  i2  i2  i4  i4  bf  f2  f4  f4  c8  c8  i2  i2  f4  c8  f4
 i4 |  i4  i4  i4  i4  f4  i4  i4  i4  i4  bf  f2  f4  f4  c8  c8  i4  i4  f4  c8  f4
 i8 |  i4  i4  i4  i4  f4  i4  i4  i4  i4  bf  f2  f4  f4  c8  c8  i4  i4  f4  c8  f4
 bf |  bf  bf  bf  bf  bf  bf  bf  bf  bf  bf  f4  f4  f4  c8  c8  bf  bf  bf  c8  f4
 f2 |  f2  f2  f2  f2  f2  f2  f2  f2  f2  f4  f2  f4  f4  c8  c8  f2  f2  f2  c8  f4
 f4 |  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  c8  c8  f4  f4  f4  c8  f4
 f8 |  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  c8  c8  f4  f4  f4  c8  f4
 c8 |  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8
c16 |  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8
  B |   b  u1  u2  u4  u4  i1  i2  i4  i4  bf  f2  f4  f4  c8  c8   b  i4  f4  c8  f4
  I |  i4  u1  u2  u4  u4  i1  i2  i4  i4  bf  f2  f4  f4  c8  c8  i4  i4  f4  c8  f4
  F |  f4  f4  f4  f4  f4  f4  f4  f4  f4  bf  f2  f4  f4  c8  c8  f4  f4  f4  c8  f4
  C |  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8
  N |  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  c8  c8  f4  f4  f4  c8  f4
"""
NARROW_FLOAT16 = {
    "i2": ("b I, B I, I b, I B, I I"),
    "f2": (
        "b F, b N, u1 F, u1 N, u2 F, u2 N, u4 F, u4 N, u8 i1, u8 i2, u8 i4, u8 i8, u8 F, u8 N, i1 u8, i1 F, i1 N, "
        "i2 u8, i2 F, i2 N, i4 u8, i4 F, i4 N, i8 u8, i8 F, i8 N, f2 N, B F, B N, I F, I N, F b, F u1, F u2, F u4, "
        "F u8, F i1, F i2, F i4, F i8, F B, F I, F F, F N, N b, N u1, N u2, N u4, N u8, N i1, N i2, N i4, N i8, N "
        "f2, N B, N I, N F, N N"
    ),
}
NARROW_BFLOAT16 = {
    "i2": ("b I, B I, I b, I B, I I"),
    "f2": (
        "b F, u1 F, u2 F, u4 F, u8 i1, u8 i2, u8 i4, u8 i8, u8 F, i1 u8, i1 F, i2 u8, i2 F, i4 u8, i4 F, i8 u8, i8 "
        "F, B F, I F, F b, F u1, F u2, F u4, F u8, F i1, F i2, F i4, F i8, F B, F I, F F"
    ),
    "bf": (
        "b N, u1 N, u2 N, u4 N, u8 N, i1 N, i2 N, i4 N, i8 N, bf N, B N, I N, F N, N b, N u1, N u2, N u4, N u8, N "
        "i1, N i2, N i4, N i8, N bf, N B, N I, N F, N N"
    ),
}

# Engines that keep int64 and float64, floatx float32.
WIDE = """
    |   b  u1  u2  u4  u8  i1  i2  i4  i8  bf  f2  f4  f8  c8 c16   B   I   F   C   N
  b |   b  u1  u2  u4  u4  i1  i2  i4  i8  bf  f2  f4  f8  c8  c8   b  i4  f4  c8  f4
 u1 |  u1  u1  u2  u4  u4  i2  i2  i4  i8  bf  f2  f4  f8  c8  c8  u1  u1  f4  c8  f4
 u2 |  u2  u2  u2  u4  u4  i4  i4  i4  i8  bf  f2  f4  f8  c8  c8  u2  u2  f4  c8  f4
 u4 |  u4  u4  u4  u4  u4  i8  i8  i8  i8  bf  f2  f4  f8  c8  c8  u4  u4  f4  c8  f4
 u8 |  u4  u4  u4  u4  u4  f4  f4  f4  f4  bf  f2  f4  f8  c8  c8  u4  u4  f4  c8  f4
 i1 |  i1  i2  i4  i8  f4  i1  i2  i4  i8  bf  f2  f4  f8  c8  c8  i1  i1  f4  c8  f4
 i2 |  i2  i2  i4  i8  f4  i2  i2  i4  i8  bf  f2  f4  f8  c8  c8  i2  i2  f4  c8  f4
 i4 |  i4  i4  i4  i8  f4  i4  i4  i4  i8  bf  f2  f4  f8  c8  c8  i4  i4  f4  c8  f4
 i8 |  i8  i8  i8  i8  f4  i8  i8  i8  i8  bf  f2  f4  f8  c8  c8  i8  i8  f4  c8  f4
 bf |  bf  bf  bf  bf  bf  bf  bf  bf  bf  bf  f4  f4  f8  c8  c8  bf  bf  bf  c8  f4
 f2 |  f2  f2  f2  f2  f2  f2  f2  f2  f2  f4  f2  f4  f8  c8  c8  f2  f2  f2  c8  f4
 f4 |  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  f8  c8  c8  f4  f4  f4  c8  f4
 f8 |  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  c8  c8  f8  f8  f8  c8  f8
 c8 |  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8
c16 |  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8
  B |   b  u1  u2  u4  u4  i1  i2  i4  i8  bf  f2  f4  f8  c8  c8   b  i4  f4  c8  f4
  I |  i4  u1  u2  u4  u4  i1  i2  i4  i8  bf  f2  f4  f8  c8  c8  i4  i4  f4  c8  f4
  F |  f4  f4  f4  f4  f4  f4  f4  f4  f4  bf  f2  f4  f8  c8  c8  f4  f4  f4  c8  f4
  C |  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8  c8
  N |  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  f8  c8  c8  f4  f4  f4  c8  f4
"""
WIDE_FLOAT16 = {
    "i2": ("b I, B I, I b, I B, I I"),
    "f2": (
        "b F, b N, u1 F, u1 N, u2 F, u2 N, u4 F, u4 N, u8 i1, u8 i2, u8 i4, u8 i8, u8 F, u8 N, i1 u8, i1 F, i1 N, "
        "i2 u8, i2 F, i2 N, i4 u8, i4 F, i4 N, i8 u8, i8 F, i8 N, f2 N, B F, B N, I F, I N, F b, F u1, F u2, F u4, "
        "F u8, F i1, F i2, F i4, F i8, F B, F I, F F, F N, N b, N u1, N u2, N u4, N u8, N i1, N i2, N i4, N i8, N "
        "f2, N B, N I, N F, N N"
    ),
}
WIDE_BFLOAT16 = {
    "i2": ("b I, B I, I b, I B, I I"),
    "f2": (
        "b F, u1 F, u2 F, u4 F, u8 i1, u8 i2, u8 i4, u8 i8, u8 F, i1 u8, i1 F, i2 u8, i2 F, i4 u8, i4 F, i8 u8, i8 "
        "F, B F, I F, F b, F u1, F u2, F u4, F u8, F i1, F i2, F i4, F i8, F B, F I, F F"
    ),
    "bf": (
        "b N, u1 N, u2 N, u4 N, u8 N, i1 N, i2 N, i4 N, i8 N, bf N, B N, I N, F N, N b, N u1, N u2, N u4, N u8, N "
        "i1, N i2, N i4, N i8, N bf, N B, N I, N F, N N"
    ),
}
