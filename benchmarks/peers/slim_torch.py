"""Lets torch's PyPI wheel run on a processor without the 4 GB of CUDA libraries that it asks the loader for.

Nothing in them is called when there is no GPU, but torch's libraries name them and some of their functions. For each
library that is missing this writes an empty one, whose functions trap, beside torch's own. Needs gcc and binutils.

    python slim_torch.py        for the environment that runs it; does nothing where the real libraries are there
"""

import re
import subprocess
import sysconfig
import tempfile
from collections import defaultdict
from pathlib import Path

# Of what requirements.txt does install, libcudart has symbol versions, libcupti its own prefix.
CUDA_NAME = re.compile(r"(cu(?!pti)|nvrtc|nccl|nvshmem|nvJitLink)[A-Za-z0-9_]*")


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def missing_libraries(folder):
    """Sonames that torch's libraries need and the loader does not find."""
    found = set()
    for library in folder.glob("*.so"):
        found.update(re.findall(r"^\s*(\S+) => not found", output("ldd", library), re.MULTILINE))
    return found


def wanted_symbols(folder):
    """CUDA functions named by torch's libraries and in none of them: {version or "": {name}}."""
    wanted, defined = defaultdict(set), set()
    for library in folder.glob("*.so"):
        for line in output("nm", "--dynamic", "--with-symbol-versions", library).splitlines():
            kind, symbol = line.split()[-2:]
            name, _, version = symbol.replace("@@", "@").partition("@")
            if kind not in "Uw":
                defined.add(name)
            elif CUDA_NAME.fullmatch(name):
                wanted[version].add(name)
    return {version: names - defined for version, names in wanted.items()}


def versions_by_library(folder):
    """Which symbol versions are asked of which soname: {soname: {version}}."""
    versions = defaultdict(set)
    for library in folder.glob("*.so"):
        soname = None
        for line in output("readelf", "--wide", "--version-info", library).splitlines():
            if match := re.search(r"File: (\S+)", line):
                soname = match[1]
            elif match := re.search(r"Name: (\S+)", line):
                versions[soname].add(match[1])
    return versions


def write_stub(path, symbols_by_version):
    with tempfile.TemporaryDirectory() as work:
        source, script = Path(work, "stub.c"), Path(work, "stub.map")
        names = sorted(set().union(*symbols_by_version.values()))
        source.write_text("".join(f"void {name}(void) {{ __builtin_trap(); }}\n" for name in names))
        nodes = [
            f"{version} {{ global: {' '.join(f'{name};' for name in sorted(members))} }};\n"
            for version, members in symbols_by_version.items()
            if version and members
        ]
        script.write_text("".join(nodes))
        versioning = [f"-Wl,--version-script={script}"] if nodes else []
        subprocess.run(
            ["gcc", "-shared", "-fPIC", "-w", "-fno-builtin", f"-Wl,-soname,{path.name}", *versioning, source, "-o", path],
            check=True,
        )


def main():
    folder = Path(sysconfig.get_paths()["purelib"]) / "torch" / "lib"
    missing = missing_libraries(folder)
    wanted, versions = wanted_symbols(folder), versions_by_library(folder)
    for soname in sorted(missing):
        by_version = {version: wanted.get(version, set()) for version in versions[soname]}
        write_stub(folder / soname, by_version or {"": wanted[""]})
    print(f"slim_torch: {len(missing)} libraries replaced by empty ones in {folder}")


if __name__ == "__main__":
    main()
