"""Hashes of strings. The oracle is TensorFlow's `to_hash_bucket_fast` and `to_hash_bucket_strong` of 2^63 - 1 buckets."""

import numpy as np
import pytest

from keras.src.utils import string_hashing
from keras.src.utils.byte_strings import ByteStrings, is_array_of_strings

UNICODE = "Straße 東京 😀 naïve Ωμέγα\n\0b" * 9
ASCII = "abcdefghijklmnopqrstuvwxyz0123456789" * 9
SIZES = [*range(19), 20, 24, 26, 28, 31, 36, 40, 44, 45, 46, 47, 48, 50, 60, 64, 70, 80, 90, 95, 100, 128, 150, 200]
ASCII_SIZES = [*range(1, 20), 24, 31, 32, 33, 48, 63, 64, 65, 66, 127, 128, 129, 191, 192, 193, 255, 256, 257]
"""With these all classes of lengths, 0 to 16, 17 to 32, 33 to 64 and more than 64 bytes, occur with their edges."""
STRINGS = [UNICODE[:n] for n in SIZES] + [ASCII[:n] for n in ASCII_SIZES]
COUNT = 2**63 - 1
KEY = (133, -137)
FAST = [
    int(x)
    for x in """
1936946117179621456 8765854662832566432 3312815042387133634 8075734771367063365 2793463612625389687
944073990739952739 2010219425622249684 7331721986128496692 6600528867219006700 6983581029343789532
8923121932295994892 9165068319997229535 6455922266472438209 4818509807125660678 631064627565978506
286355449949066766 7848331343589152428 2176333243283114171 8760505087475057362 3115039380828101142
8081825476336296996 4705042349953434646 1230743330616405351 4100322715096167546 593056565855718313
2066246162204797264 3062906793422542095 7068663799926426665 4107717253160515014 5253071173810081998
6728153057748714518 8637771384335166904 8035183434619413362 2867127424198627274 7478117242740286006
3243347869464411353 7213482683885283974 2740635431803383372 4681168491454187226 7949774511603672285
945219490146900026 3061731849883525984 3694432073954588132 3066228220894225695 2640714258260161385
1897425971756105985 4769107925271446741 4839460428109300430 4341691227789030229 9145071594317031690
3687479239766293058 737107554567436284 2119837359311335017 5676575430734197723 8550978237989882775
5482456830483166903 7529451393577069597 6080716761534418621 2171023947900359593 8977126518166278476
1640382779949507018 2103004859739410168 496390783753762012 934449955909727258 8403347783973109260
3851894455952825610 1193268045066034841 3646545258579766308 3889391544646074892 985505104905377583
8659390928490630228 2056131915184924913 4687628222062474711 6252188532310157321 1017725921633934024
7528415231494494417 1982232667287757996 2708267301285234186 474181135333679537
""".split()
]
STRONG = [
    int(x)
    for x in """
7917967690429393974 4801317169096861101 6408590884846982143 9026276265762715272 5931097653294480838
511379028536257095 8335855512990459771 4747366247944405723 8855963367277698425 5424366546328413756
1691262701206886753 471932692502426396 3866468769408634458 8064039639596728944 477159397908612521
7304318978209035083 432181004100614317 5478439922198844949 3674754264516200431 4249836590717250372
4985952291229476452 6960081912187774839 1827781466548026038 1505949369919642646 2007701482365398990
2100039258401587392 633448750182389802 2755863959678854810 7280502355287473600 5891208210377624367
534344393933126425 3966104754165120572 4018593412767855448 5131761561758010070 90855892203015112
1078520074250641522 3949466592046774519 8407583514354813694 7753715404572243668 1091491334697122938
7413092530551997266 7050403023460488169 3243358026853215814 5381534534348583695 7654479683571305301
4062282671529297811 978422191010620361 8812266706812518543 6472378517529567002 1483969197399394624
8017992986026823532 3811609118311319289 163051754933772902 3328317124220864451 4547086633494692001
4945862147572858900 377136771091498326 4109812270343148671 2023409190498297263 2948345317355827928
2233356508824892281 1209363705710321894 2021364368628516600 4790831238781784068 6423080749086920878
6074761481403023520 6717669595898818573 3408435153485903771 6141704424378902901 7009459841324597943
3399514240712925545 1104516754675183567 6786022458484268481 7309854460517257582 5290118013599883142
4513578050145291576 6538976590040768726 4022711954189768452 5082694227438359261
""".split()
]


def array_of(kind):
    if kind == "bytes":
        return np.array([x.encode() for x in STRINGS], dtype=object)
    if kind == "mixed":
        return np.array([x.encode() if i % 2 else x for i, x in enumerate(STRINGS)], dtype=object)
    return np.array(STRINGS, dtype=np.dtypes.StringDType() if kind == "StringDType" else kind)


@pytest.mark.parametrize("kind", ["O", "U", ">U", "StringDType", "bytes", "mixed"])
@pytest.mark.parametrize("key, expected", [(None, FAST), (KEY, STRONG)])
def test_as_tensorflow(kind, key, expected):
    strings = array_of(kind)
    np.testing.assert_array_equal(string_hashing.hash_buckets(strings, COUNT, key), expected)
    hashes = string_hashing.fingerprint64(strings) if key is None else string_hashing.siphash24(strings, key)
    np.testing.assert_array_equal(hashes % np.uint64(COUNT), np.array(expected, "uint64"))


@pytest.mark.parametrize("kind", ["U", ">U", "S", "O", "StringDType"])
@pytest.mark.parametrize("key, expected", [(None, FAST), (KEY, STRONG)])
def test_arrays_of_ascii(kind, key, expected):
    strings = np.array(STRINGS[len(SIZES) :]).astype(np.dtypes.StringDType() if kind == "StringDType" else kind)
    found = string_hashing.hash_buckets(strings.reshape(1, -1), COUNT, key)
    np.testing.assert_array_equal(found, [expected[len(SIZES) :]])


@pytest.mark.parametrize("key, expected", [(None, FAST), (KEY, STRONG)])
def test_more_than_one_portion(key, expected):
    found = string_hashing.hash_buckets(np.array(STRINGS * 1000, dtype=object), COUNT, key)
    assert len(found) > 4 * string_hashing._PORTION
    np.testing.assert_array_equal(found.reshape(1000, -1), np.tile(expected, (1000, 1)))


@pytest.mark.parametrize("dtype", ["int64", "int32", "int8", "uint8", "uint64"])
def test_integers_stand_for_their_digits(dtype):
    info = np.iinfo(dtype)
    powers = [10**i + j for i in range(19) for j in (-1, 0, 1)]
    numbers = sorted({x for n in powers for x in (n, -n) if info.min <= x <= info.max} | {info.min, info.max})
    strings = np.array([str(n) for n in numbers], dtype=object)
    found = string_hashing.hash_buckets(np.array(numbers, dtype), COUNT)
    np.testing.assert_array_equal(found, string_hashing.hash_buckets(strings, COUNT))
    assert string_hashing.hash_buckets(np.zeros((0, 2), dtype), COUNT).shape == (0, 2)


def test_siphash_of_its_authors():
    """The first vectors of the reference implementation: key and message are the bytes 0, 1, 2, ..."""
    key = [int.from_bytes(bytes(range(i, i + 8)), "little") for i in (0, 8)]
    messages = np.array([bytes(range(n)) for n in range(16)], dtype=object)
    hashes = string_hashing.siphash24(messages, key)
    assert hashes[0] == 0x726FDB47DD0E0E31
    assert hashes[15] == 0xA129CA6149BE45E5


def test_empty_arrays_and_views():
    assert string_hashing.fingerprint64(np.zeros((0, 3), "U5")).shape == (0, 3)
    assert string_hashing.fingerprint64(np.zeros((0,), object)).shape == (0,)
    every_other = np.array(["a", "é", "abc", "x"])[::2]
    np.testing.assert_array_equal(
        string_hashing.fingerprint64(every_other), string_hashing.fingerprint64(np.array(["a", "abc"]))
    )
    assert len(ByteStrings.of(np.array("abc"))) == 1


def test_what_is_no_string():
    with pytest.raises(TypeError, match="strings.*None"):
        string_hashing.fingerprint64(np.array(["a", None], dtype=object))
    with pytest.raises(ValueError, match="surrogates"):
        string_hashing.fingerprint64(np.array(["a\ud800"], dtype=object))
    assert is_array_of_strings(np.array(["a"], dtype=object)) and is_array_of_strings(np.array([b"a"]))
    assert not is_array_of_strings(np.array([1], dtype=object)) and not is_array_of_strings(np.array([1.0]))
