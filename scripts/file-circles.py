#!/usr/bin/env python3
"""Finds files of a crate that depend on each other in a cycle.

usage: scripts/file-circles.py [--report] [FOLDER ...]

FOLDER is the folder of a crate (with src/ in it); default: all crates of the workspace. Prints every cycle with the names
that close it. Exit code 1 if there is a cycle, 0 otherwise; with --report it is always 0.

A file depends on another when it uses something that is defined there: `use crate::…`, `super::…`, `self::…` and paths in the code
are followed through re-exports to the file of the definition. Code for tests (`#[cfg(test)]`) and re-exports of a module from its
own children (`pub use child::Name`) do not count.
"""
import pathlib
import re
import sys

TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|b?r(#*)\".*?\"\1|b?\"(?:\\.|[^\"\\])*\"|'(?:\\.[^']*|[^'\\])'", re.S)


def code_of(path):
    """The text without comments, strings and tests."""
    text = TOKEN.sub(lambda found: '""' if '"' in found.group(0)[:3] else " ", path.read_text())
    while found := re.search(r"#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*", text):
        end, depth = found.end(), 0
        while end < len(text):
            depth += (text[end] == "{") - (text[end] == "}")
            if depth == 0 and text[end] in ";}":
                break
            end += 1
        text = text[: found.start()] + text[end + 1 :]
    return text


def leaves(tree, prefix=()):
    """(path, name) of each leaf of a use tree."""
    tree = tree.strip()
    if "{" in tree:
        head, body = tree.split("{", 1)
        prefix += tuple(part.strip() for part in head.split("::") if part.strip())
        depth, start, body = 0, 0, body.rsplit("}", 1)[0]
        for at, letter in enumerate(body + ","):
            depth += (letter == "{") - (letter == "}")
            if letter == "," and depth == 0:
                if body[start:at].strip():
                    yield from leaves(body[start:at], prefix)
                start = at + 1
        return
    path, _, alias = tree.partition(" as ")
    path = prefix + tuple(part.strip() for part in path.split("::"))
    if path[-1] == "self":
        path = path[:-1]
    yield path, alias.strip() or path[-1]


class Crate:
    def __init__(self, folder):
        self.source = pathlib.Path(folder) / "src"
        self.files = {}
        for path in sorted(self.source.rglob("*.rs")):
            parts = list(path.relative_to(self.source).with_suffix("").parts)
            if parts[-1] in ("mod", "lib", "main"):
                parts.pop()
            # A library and a program side by side are one tree here: the program names the library by the crate's name.
            self.files.setdefault(tuple(parts), []).append(path)
        self.code = {module: "\n".join(map(code_of, paths)) for module, paths in self.files.items()}
        tests = {module for module in self.files if module and not re.search(rf"\bmod\s+{module[-1]}\s*;", self.code.get(module[:-1], ""))}
        for module in list(self.files):
            if any(module[: len(test)] == test for test in tests if test[:1] != ("bin",)):
                del self.files[module], self.code[module]
        self.imports = {}
        self.exports_only = {}
        for module, code in self.code.items():
            self.imports[module], self.exports_only[module] = {}, []
            for public, tree in re.findall(r"\b(pub(?:\([^)]*\))?\s+)?use\s+([^;]+);", code):
                for path, name in leaves(tree):
                    self.imports[module][name] = path
                    if public and self.start(module, path) and self.start(module, path)[: len(module)] == module:
                        self.exports_only[module].append(path)

    def start(self, module, path):
        """The path from the root of the crate; None when it leads out of it."""
        if path[0] == "crate":
            return path[1:]
        if path[0] in ("self", "super"):
            base = module
            while path and path[0] in ("self", "super"):
                if path[0] == "super":
                    base = base[:-1]
                path = path[1:]
            return base + path
        return module + path if module + path[:1] in self.files else None

    def file_of(self, module, path, seen=()):
        """The module in whose file the path's first item is defined; None outside of the crate."""
        absolute = self.start(module, path)
        if absolute is None:
            own = self.imports[module].get(path[0])
            if own is None or own == path or (module, path) in seen:
                return None
            return self.file_of(module, own + path[1:], seen + ((module, path),))
        at = ()
        for part in absolute:
            if at + (part,) in self.files:
                at += (part,)
                continue
            behind = self.imports.get(at, {}).get(part)
            if behind and (at, part) not in seen:
                return self.file_of(at, behind, seen + ((at, part),))
            break
        return at if at in self.files else None

    def edges(self):
        """(from, to) -> names."""
        edges = {}
        for module, code in self.code.items():
            paths = []
            body = re.sub(r"\b(?:pub(?:\([^)]*\))?\s+)?(?:use|mod)\s+[^;{]+;|\buse\s+[^;]+;", "", code)
            for path in self.imports[module].values():
                if path not in self.exports_only[module]:
                    paths.append(path)
            for found in re.findall(r"(?<![:\w])((?:\w+::)+\w+)", body):
                paths.append(tuple(found.split("::")))
            # A name that was re-exported and is used in the same file is a use.
            for name, path in self.imports[module].items():
                if path in self.exports_only[module] and re.search(rf"\b{re.escape(name)}\b", body):
                    paths.append(path)
            for path in paths:
                target = self.file_of(module, path)
                if target is not None and target != module:
                    edges.setdefault((module, target), set()).add("::".join(path))
        return edges


def circles(nodes, edges):
    """Strongly connected components of two files or more (Tarjan), without recursion."""
    after = {node: [] for node in nodes}
    for start, end in edges:
        after[start].append(end)
    index, low, stack, on_stack, found = {}, {}, [], set(), []
    for root in nodes:
        if root in index:
            continue
        work = [(root, iter(after[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            for other in rest:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(after[other])))
                    break
                if other in on_stack:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        component.append(member)
                        if member == node:
                            break
                    if len(component) > 1:
                        found.append(sorted(component))
    return sorted(found)


def main(arguments):
    report = "--report" in arguments
    folders = [argument for argument in arguments if argument != "--report"]
    if any(folder.startswith("-") for folder in folders):
        print(__doc__)
        return 2
    root = pathlib.Path(__file__).resolve().parent.parent
    folders = folders or sorted(str(path.parent) for path in root.rglob("Cargo.toml") if (path.parent / "src").is_dir() and "target" not in path.parts)
    total = 0
    for folder in folders:
        crate = Crate(folder)
        if not crate.files:
            print(f"{folder}: no src folder with Rust files", file=sys.stderr)
            return 2
        edges = crate.edges()
        for circle in circles(list(crate.files), edges):
            total += 1
            print(f"{folder}: a cycle of {len(circle)} files")
            for start in circle:
                for end in circle:
                    if names := edges.get((start, end)):
                        names = ", ".join(sorted(names))
                        print(f"  {'::'.join(start) or 'crate root'} -> {'::'.join(end) or 'crate root'}: {names}")
    print("no file cycles" if total == 0 else f"{total} file cycles")
    return 1 if total and not report else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
