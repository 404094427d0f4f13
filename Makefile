# Each target does its own setup and can be run again at any time.

.PHONY: help run build check test soak end2end bench bench-peers fmt lint

help: ## list targets
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## build and serve the store in ./tenure-data, or a new demo with simulated people
	@scripts/run.sh

build: ## build the binary (target/release/tenure) and the site (target/site)
	@scripts/build.sh

check: ## run fast checks: formatting, lints, documentation, unit tests of the changed crates
	@scripts/check.sh

test: ## run formatting, lints, unit, integration and end-to-end tests
	@scripts/test.sh

soak: ## run the long checks, of which `make test` runs a slice (half an hour)
	@scripts/soak.sh

end2end: build ## run the end-to-end tests only
	@scripts/end2end.sh

fmt: ## format the code
	@cargo fmt --all

lint: ## run the lints of the server build
	@cargo clippy --release --workspace --exclude frontend --exclude bundle --all-targets -- -D warnings

bench: ## measure training, scoring, explanation, drift and fairness on this machine
	@cargo bench --profile release --workspace --exclude frontend --exclude bundle --bench '*'

bench-peers: ## measure the same side by side with comparable Python tools (target/bench-peers.txt)
	@scripts/bench-peers.sh
