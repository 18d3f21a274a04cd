#!/usr/bin/env python3
"""Times OpenFHE and SEAL (as TenSEAL carries it) at what `hear-bench kernels` times, on one thread.

Operations are those of `hear-bench kernels`, at ring 2^14 and as many limbs of 30 bits. Each result is decrypted and held
to plain arithmetic before anything is timed. The output is an array for `hear-bench kernels --peers`: times in
microseconds, or the reason why a library has none. Run it through scripts/peers.sh, which installs the libraries.

`--self-test` needs neither of them: it tests what does not depend on a library.
"""

import argparse
import functools
import gc
import importlib.metadata
import json
import math
import os
import random
import sys
import time

# Before a library starts threads of its own.
os.environ["OMP_NUM_THREADS"] = "1"

LOG_N = 14
N = 1 << LOG_N
SLOTS = N // 2
LIMBS = (13, 7, 4)
LIMB_BITS = 30
# log2 of the largest modulus, special primes included, at which a ternary secret has 128 bits at this ring: Security
# Guidelines for Implementing Homomorphic Encryption, 2024. hear-bench keeps to it.
SECURE_BITS = 430
# As hear-bench has them: inputs and outputs of a tile of products, and the largest error of a slot.
TILE = (16, 4)
SLOT_TOLERANCE = 1e-3
# A sample repeats an operation for at least so long.
SAMPLE_SECONDS = 2e-3


class Wrong(Exception):
    """A library computed something else than its operation."""


class Kernel:
    """An operation of a library, verified: `call` does it `count` times."""

    def __init__(self, library, version, operation, limbs, parameters, call, count=1, before=None):
        self.head = {
            "library": library,
            "version": version,
            "operation": operation,
            "limbs": limbs,
            "parameters": parameters,
        }
        self.call = call
        self.count = count
        # Puts operands back where a call changes them; not timed.
        self.before = before
        self.repeats = 1
        self.samples_us = []

    def sample(self):
        """Microseconds of the operation."""
        elapsed = 0.0
        if self.before is None:
            start = time.perf_counter()
            for _ in range(self.repeats):
                self.call()
            elapsed = time.perf_counter() - start
        else:
            for _ in range(self.repeats):
                self.before()
                start = time.perf_counter()
                self.call()
                elapsed += time.perf_counter() - start
        return 1e6 * elapsed / (self.repeats * self.count)

    def warm_up(self):
        """Finds the repetitions that fill a sample."""
        while self.sample() * self.count * self.repeats * 1e-6 < SAMPLE_SECONDS:
            self.repeats *= 2

    def entry(self):
        return {**self.head, "samples_us": self.samples_us}


def unmeasured(library, version, operation, limbs, reason):
    """An entry for what a library does not offer."""
    return {"library": library, "version": version, "operation": operation, "limbs": limbs, "reason": reason}


def measure(kernels, rounds):
    """Samples of all kernels, which take turns within each round."""
    for kernel in kernels:
        kernel.warm_up()
    gc.collect()
    gc.disable()
    for _ in range(rounds):
        for kernel in kernels:
            kernel.samples_us.append(kernel.sample())
    gc.enable()


def verify(what, found, expected):
    """Refuses slots that are not the expected ones."""
    if len(found) < len(expected):
        raise Wrong(f"{what} is wrong: {len(found)} slots where {len(expected)} were expected")
    for slot, (x, y) in enumerate(zip(found, expected)):
        if not abs(x - y) <= SLOT_TOLERANCE:
            raise Wrong(f"{what} is wrong: slot {slot} is {x}, not {y}")


def turned(slots):
    """Slots after a rotation by one to the left."""
    return slots[1:] + slots[:1]


def numbers(seed, count=SLOTS):
    """Slots in [0, 1)."""
    generator = random.Random(seed)
    return [generator.random() for _ in range(count)]


def product_sums(inputs, weights):
    """sum_i inputs[i] weights[i][o], slot by slot, for each output o."""
    return [
        [sum(x[slot] * w[output][slot] for x, w in zip(inputs, weights)) for slot in range(len(inputs[0]))]
        for output in range(len(weights[0]))
    ]


def plain_tile():
    """Inputs and weights of a tile of products, and its sums."""
    # Few distinct numbers are enough for a check, and cheap to make.
    inputs = [numbers(100 + i) for i in range(TILE[0])]
    weights = [[numbers(200 + TILE[1] * i + o) for o in range(TILE[1])] for i in range(TILE[0])]
    return inputs, weights, product_sums(inputs, weights)


def security(bits):
    """What a modulus of so many bits, special primes included, means."""
    return "128-bit security" if bits <= SECURE_BITS else "below 128-bit security"


def seal_kernels():
    """SEAL's operations, through the classes that TenSEAL has for them."""
    import tenseal.sealapi as seal

    library, version = "SEAL via TenSEAL", importlib.metadata.version("tenseal")
    kernels = []
    slots = numbers(1)
    for limbs in LIMBS:
        parameters = seal.EncryptionParameters(seal.SCHEME_TYPE.CKKS)
        parameters.set_poly_modulus_degree(N)
        parameters.set_coeff_modulus(seal.CoeffModulus.Create(N, [LIMB_BITS] * (limbs + 1)))
        context = seal.SEALContext(parameters, True, seal.SEC_LEVEL_TYPE.TC128)
        if not context.parameters_set():
            raise Wrong(f"SEAL refuses {limbs} + 1 primes of {LIMB_BITS} bits: {context.parameters_error_message()}")
        note = f"{limbs} limbs in {limbs} digits, 1 special prime, 64-bit words, {security(LIMB_BITS * (limbs + 1))}"
        generator = seal.KeyGenerator(context)
        secret = generator.secret_key()
        public, galois, relinearization = seal.PublicKey(), seal.GaloisKeys(), seal.RelinKeys()
        generator.create_public_key(public)
        # By Galois element: 3 generates the rotations to the left.
        generator.create_galois_keys([3], galois)
        generator.create_relin_keys(relinearization)
        encoder, evaluator = seal.CKKSEncoder(context), seal.Evaluator(context)
        encryptor, decryptor = seal.Encryptor(context, public), seal.Decryptor(context, secret)

        def encode(values, scale_bits):
            plain = seal.Plaintext()
            encoder.encode(values, 2.0**scale_bits, plain)
            return plain

        def encrypt(values, scale_bits=40):
            out = seal.Ciphertext()
            encryptor.encrypt(encode(values, scale_bits), out)
            return out

        def decrypt(ciphertext):
            plain = seal.Plaintext()
            decryptor.decrypt(ciphertext, plain)
            return encoder.decode_double(plain)

        def kernel(operation, of_limbs, how, call, **rest):
            kernels.append(Kernel(library, version, operation, of_limbs, how, call, **rest))

        fresh, out = encrypt(slots), seal.Ciphertext()

        def rotate(evaluator=evaluator, fresh=fresh, galois=galois, out=out):
            evaluator.rotate_vector(fresh, 1, galois, out)

        rotate()
        verify(f"SEAL's rotation at {limbs} limbs", decrypt(out), turned(slots))
        kernel("rotation", limbs, note, rotate)

        three, switched = seal.Ciphertext(), seal.Ciphertext()
        evaluator.square(fresh, three)

        def relinearize(evaluator=evaluator, three=three, keys=relinearization, out=switched):
            evaluator.relinearize(three, keys, out)

        relinearize()
        verify(f"SEAL's relinearisation at {limbs} limbs", decrypt(switched), [x * x for x in slots])
        kernel("key-switch", limbs, f"relinearisation; {note}", relinearize)

        if limbs != max(LIMBS):
            continue
        whole = f"a {limbs}th of a ciphertext of {limbs} limbs, 64-bit words"
        values, coefficients = encrypt(slots), encrypt(slots)

        def to_coefficients(evaluator, ciphertext):
            evaluator.transform_from_ntt_inplace(ciphertext)

        def to_values(evaluator, ciphertext):
            evaluator.transform_to_ntt_inplace(ciphertext)

        to_coefficients(evaluator, coefficients)
        if coefficients.is_ntt_form():
            raise Wrong("SEAL's inverse transform is wrong: the ciphertext still holds values")
        to_values(evaluator, coefficients)
        verify("SEAL's transforms", decrypt(coefficients), slots)
        to_coefficients(evaluator, coefficients)
        # Each is put back by its opposite, with the clock stopped.
        for operation, ciphertext, call, back in (
            ("ntt-forward", values, to_values, to_coefficients),
            ("ntt-inverse", coefficients, to_coefficients, to_values),
        ):
            call, back = (functools.partial(step, evaluator, ciphertext) for step in (call, back))
            kernel(operation, 1, f"half of {whole}", call, count=2 * limbs, before=back)

        inputs, weights, sums = plain_tile()
        xs = [encrypt(values, 30) for values in inputs]
        ws = [[encode(values, 30) for values in row] for row in weights]
        outs = [seal.Ciphertext() for _ in range(TILE[1])]
        product = seal.Ciphertext()

        def multiply_accumulate(evaluator=evaluator, xs=xs, ws=ws, outs=outs, product=product):
            for i, (x, row) in enumerate(zip(xs, ws)):
                for w, out in zip(row, outs):
                    if i == 0:
                        evaluator.multiply_plain(x, w, out)
                    else:
                        evaluator.multiply_plain(x, w, product)
                        evaluator.add_inplace(out, product)

        multiply_accumulate()
        for out, expected in zip(outs, sums):
            verify("SEAL's multiply-accumulate", decrypt(out), expected)
        kernel("multiply-accumulate", 1, f"{whole}; product, then sum", multiply_accumulate, count=limbs)
    own = "TenSEAL's own vectors have no such operation; what SEAL does beneath them is timed as SEAL via TenSEAL"
    return kernels, [
        unmeasured("TenSEAL", importlib.metadata.version("tenseal"), operation, limbs, own)
        for operation in ("key-switch", "rotation")
        for limbs in LIMBS
    ]


def openfhe_context(fhe, limbs, digits, secure):
    """A context of so many limbs; an exception of the library where it finds that too little secure."""
    parameters = fhe.CCParamsCKKSRNS()
    parameters.SetRingDim(N)
    parameters.SetMultiplicativeDepth(limbs - 1)
    parameters.SetScalingModSize(LIMB_BITS)
    parameters.SetFirstModSize(LIMB_BITS)
    parameters.SetScalingTechnique(fhe.FIXEDMANUAL)
    parameters.SetKeySwitchTechnique(fhe.HYBRID)
    parameters.SetNumLargeDigits(digits)
    parameters.SetBatchSize(SLOTS)
    level = fhe.SecurityLevel.HEStd_128_classic if secure else fhe.SecurityLevel.HEStd_NotSet
    parameters.SetSecurityLevel(level)
    context = fhe.GenCryptoContext(parameters)
    for feature in (fhe.PKESchemeFeature.PKE, fhe.PKESchemeFeature.KEYSWITCH, fhe.PKESchemeFeature.LEVELEDSHE):
        context.Enable(feature)
    return context


def openfhe_contexts(fhe, limbs):
    """Contexts with 1 to 4 digits that the library holds secure; where there is none, the same with its check off."""
    contexts = []
    for secure in (True, False):
        for digits in (1, 2, 3, 4):
            try:
                context = openfhe_context(fhe, limbs, digits, secure)
            except RuntimeError:
                # Too many bits, or fewer limbs than so many digits leave.
                continue
            contexts.append((digits, secure, context))
        if contexts:
            break
    return contexts


def openfhe_kernels():
    """OpenFHE's operations. Of its numbers of digits only the fastest stays, operation by operation: see `fastest`."""
    import openfhe as fhe

    library, version = "OpenFHE", importlib.metadata.version("openfhe")
    kernels = []
    slots = numbers(2)
    for limbs in LIMBS:
        for digits, secure, context in openfhe_contexts(fhe, limbs):
            safe = "128-bit security by its check" if secure else "its security check off, below 128 bits"
            note = f"{limbs} limbs, at most {digits} digits, 64-bit words, {safe}"
            found = round(math.log2(context.GetModulus()) / LIMB_BITS)
            if (context.GetRingDimension(), found) != (N, limbs):
                raise Wrong(f"OpenFHE takes ring {context.GetRingDimension()} and {found} limbs, not {N} and {limbs}")
            keys, others = context.KeyGen(), context.KeyGen()
            context.EvalRotateKeyGen(keys.secretKey, [1])
            switching = context.KeySwitchGen(keys.secretKey, others.secretKey)

            def encrypt(values, context=context, key=keys.publicKey):
                # At the scale's square, 60 bits: at 30 the library's noise in decryption exceeds the tolerance.
                return context.Encrypt(key, context.MakeCKKSPackedPlaintext(values, 2))

            def decrypt(ciphertext, key=keys.secretKey, context=context):
                plain = context.Decrypt(ciphertext, key)
                plain.SetLength(SLOTS)
                return plain.GetRealPackedValue()

            fresh = encrypt(slots)

            def rotate(context=context, fresh=fresh):
                return context.EvalRotate(fresh, 1)

            verify(f"OpenFHE's rotation at {limbs} limbs", decrypt(rotate()), turned(slots))
            kernels.append(Kernel(library, version, "rotation", limbs, note, rotate))

            def switch(context=context, fresh=fresh, key=switching):
                return context.KeySwitch(fresh, key)

            verify(f"OpenFHE's key switch at {limbs} limbs", decrypt(switch(), others.secretKey), slots)
            kernels.append(Kernel(library, version, "key-switch", limbs, f"to another secret; {note}", switch))

        if limbs != max(LIMBS):
            continue
        inputs, weights, sums = plain_tile()
        xs = [encrypt(values) for values in inputs]
        ws = [[context.MakeCKKSPackedPlaintext(values) for values in row] for row in weights]

        def multiply_accumulate(context=context, xs=xs, ws=ws):
            outs = [context.EvalMult(xs[0], w) for w in ws[0]]
            for x, row in zip(xs[1:], ws[1:]):
                for w, out in zip(row, outs):
                    context.EvalAddInPlace(out, context.EvalMult(x, w))
            return outs

        for out, expected in zip(multiply_accumulate(), sums):
            verify("OpenFHE's multiply-accumulate", decrypt(out), expected)
        whole = f"a {limbs}th of a ciphertext of {limbs} limbs, 64-bit words; product, then sum"
        kernels.append(Kernel(library, version, "multiply-accumulate", 1, whole, multiply_accumulate, count=limbs))
    hidden = "its Python package shows no transform of a polynomial"
    return kernels, [unmeasured(library, version, operation, 1, hidden) for operation in ("ntt-forward", "ntt-inverse")]


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def fastest(entries):
    """Of a library's entries for one operation and number of limbs, the one with the least median."""
    best = {}
    for entry in entries:
        key = (entry["library"], entry["operation"], entry["limbs"])
        if key not in best or median(entry["samples_us"]) < median(best[key]["samples_us"]):
            best[key] = entry
    return list(best.values())


def self_test():
    """What needs no library. Exits with 1 and a traceback where something is wrong."""
    assert median([3, 1, 2]) == 2 and median([4, 1, 2, 3]) == 2.5
    assert turned([1, 2, 3]) == [2, 3, 1]
    assert product_sums([[1, 2], [3, 4]], [[[1, 1]], [[10, 100]]]) == [[31, 402]]
    assert security(430) == "128-bit security" and security(431) == "below 128-bit security"
    verify("an equal one", [1.0, 2.0, 9.0], [1.0, 2.0])
    for wrong in ([1.0, 2.1], [1.0, float("nan")], [1.0]):
        try:
            verify("a wrong one", wrong, [1.0, 2.0])
        except Wrong as error:
            assert str(error).startswith("a wrong one is wrong: ")
        else:
            raise AssertionError(f"{wrong} was accepted")
    calls = []
    kernel = Kernel("L", "1", "rotation", 4, "p", lambda: calls.append("call"), count=2, before=lambda: calls.append("before"))
    kernel.repeats = 2
    assert kernel.sample() >= 0 and calls == ["before", "call"] * 2
    kernels = [Kernel("L", "1", "rotation", 4, name, lambda s=s: time.sleep(s)) for name, s in (("a", 4e-3), ("b", 2e-3))]
    measure(kernels, 3)
    assert [len(kernel.samples_us) for kernel in kernels] == [3, 3] and kernels[0].samples_us[0] >= 4000
    assert [entry["parameters"] for entry in fastest([kernel.entry() for kernel in kernels])] == ["b"]
    entry = unmeasured("L", "1", "rotation", 4, "no such operation")
    assert json.loads(json.dumps(entry)) == entry and "samples_us" not in entry


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", metavar="FILE", help="file for the times [default: standard output]")
    parser.add_argument("--rounds", metavar="N", type=int, default=21, help="how often each operation is timed [default: 21]")
    parser.add_argument("--self-test", action="store_true", help="test this program without the libraries")
    arguments = parser.parse_args()
    if arguments.rounds < 1:
        parser.error("argument --rounds: expected a number from 1")
    if arguments.self_test:
        self_test()
        return
    try:
        kernels, entries = [], []
        for library in (openfhe_kernels, seal_kernels):
            made, missing = library()
            kernels += made
            entries += missing
        measure(kernels, arguments.rounds)
    except (ImportError, Wrong) as error:
        sys.exit(f"peers.py: {error}")
    text = json.dumps(fastest(kernel.entry() for kernel in kernels) + entries, indent=1) + "\n"
    if arguments.out is None:
        sys.stdout.write(text)
        return
    # Never there in part.
    with open(arguments.out + ".part", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(arguments.out + ".part", arguments.out)


if __name__ == "__main__":
    main()
