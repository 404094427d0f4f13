#!/usr/bin/env bash
# cargo for WebAssembly: `scripts/wasm-target.sh build …` is `cargo build --target wasm32-unknown-unknown …`, with the target set up first.
#
# Normally rustup brings the target (rust-toolchain.toml asks for it). Where it cannot be downloaded, Debian's own toolchain builds the
# standard library for it from source.
source "$(dirname "$0")/lib.sh"

TARGET=wasm32-unknown-unknown
COMMAND=$1
shift

has_target() {
  [ -d "$(rustc --print sysroot)/lib/rustlib/$TARGET/lib" ]
}

# Through a toolchain whose Rust has no rustup beside it, there is nothing to add to.
if ! has_target && command -v rustup >/dev/null; then
  rustup target add "$TARGET" || true
fi
if has_target; then
  exec cargo "$COMMAND" --target "$TARGET" "$@"
fi

if ! ls -d /usr/src/rustc-*/library >/dev/null 2>&1; then
  if [ "$(id -u)" != 0 ]; then
    echo "the Rust target $TARGET is missing and could not be downloaded: run \`rustup target add $TARGET\` where there is a network" >&2
    exit 1
  fi
  apt-get update
  apt-get install -y --no-install-recommends rustc-web cargo-web rust-web-src lld-19
fi
sources=$(ls -d /usr/src/rustc-* | tail -1)
mkdir -p /usr/lib/rustlib/src
ln -sfn "$sources" /usr/lib/rustlib/src/rust
export RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-19
exec /usr/bin/cargo "$COMMAND" -Zbuild-std=std,panic_abort --target "$TARGET" "$@"
