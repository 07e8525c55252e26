"""Opens saved files with PyPinkSign, as Korean programs in Python do.

Arguments: the password, then paths: a signPri.key with its signCert.der beside it, a .p12, or a .zip of a folder. Prints a
line for each: the JSON of a signature (hexadecimal, over "reseal") and of R (hexadecimal), or the name of the error.
"""

import json
import sys
import tempfile
import zipfile
from pathlib import Path

from pypinksign import PinkSign, choose_cert


def opened(path: Path, password: bytes) -> PinkSign:
    if path.suffix == ".p12":
        return PinkSign(p12_path=str(path), prikey_password=password)
    if path.suffix == ".zip":
        with tempfile.TemporaryDirectory() as folder:
            zipfile.ZipFile(path).extractall(folder)
            return choose_cert(base_path=folder, cn="", pw=password)
    certificate = path.with_name("signCert.der")
    return PinkSign(pubkey_path=str(certificate), prikey_path=str(path), prikey_password=password)


def random_number(sign: PinkSign) -> str:
    """R, which PyPinkSign keeps as a BIT STRING."""
    bits = getattr(sign, "_rand_num", None)
    return "" if bits is None else bits.asOctets().hex()


for name in sys.argv[2:]:
    try:
        sign = opened(Path(name), sys.argv[1].encode())
        signature = sign.sign(b"reseal")
        print(json.dumps({"signature": signature.hex(), "random": random_number(sign)}))
    except Exception as error:
        print(type(error).__name__)
