#!/usr/bin/env bash
# cargo for WebAssembly: `scripts/wasm-target.sh build …` sets up the target and runs `cargo build --target wasm32-unknown-unknown …`.
#
# Normally rustup installs the target (see rust-toolchain.toml). Where it cannot be downloaded, Debian's toolchain builds the standard
# library from source.
source "$(dirname "$0")/lib.sh"

TARGET=wasm32-unknown-unknown
COMMAND=$1
shift

has_target() {
  [ -d "$(rustc --print sysroot)/lib/rustlib/$TARGET/lib" ]
}

# A toolchain without rustup cannot add targets.
if ! has_target && command -v rustup >/dev/null; then
  rustup target add "$TARGET" || true
fi
if has_target; then
  exec cargo "$COMMAND" --target "$TARGET" "$@"
fi

if ! ls -d /usr/src/rustc-*/library >/dev/null 2>&1; then
  if [ "$(id -u)" != 0 ]; then
    echo "The Rust target $TARGET is missing and could not be downloaded. Run \`rustup target add $TARGET\` with network access." >&2
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
