# Each target does its own set-up and can be run again at any time.

.PHONY: help run build check test soak end2end bench bench-peers fmt lint

help: ## list the targets
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## build, then serve: the store in ./tenure-data, or a fresh demo with simulated people
	@scripts/run.sh

build: ## the binary at target/release/tenure and the site at target/site
	@scripts/build.sh

check: ## the fast loop: formatting, lints, docs, unit tests on SQLite
	@scripts/check.sh

test: ## formatting, lints, unit, integration and end-to-end tests
	@scripts/test.sh

soak: ## the long checks, of which `make test` runs a slice; half an hour
	@scripts/soak.sh

end2end: build ## the end-to-end tests alone
	@scripts/end2end.sh

fmt: ## format the code
	@cargo fmt --all

lint: ## lints of the server's half
	@cargo clippy --release --workspace --exclude frontend --exclude bundle --all-targets -- -D warnings

bench: ## speed of training, scoring, explaining, drift and fairness, measured on this machine
	@cargo bench --profile release --workspace --exclude frontend --exclude bundle --bench '*'

bench-peers: ## the same, side by side with the Python tools that do the same work (target/bench-peers.txt)
	@scripts/bench-peers.sh
