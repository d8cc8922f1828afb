# The whole vocabulary: demo, test, test-survival, test-sanitize, fuzz, bench, screenshots, lint, format.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test .test-with-postgres test-survival test-sanitize .test-sanitized fuzz bench screenshots lint format

build := $(CURDIR)/.build
swift_sources := $(wildcard Package.swift Sources Tests Benchmarks)
scripts := $(wildcard scripts/* .ci/run)

# `lint` and `test` share one build: the same products, the same flags, so that neither undoes the other's work.
build_everything := swift build --build-tests --explicit-target-dependency-import-check error

# Suites that run on SQLite and once more on PostgreSQL.
with_databases := ^(EngineTests|StorageTests|ServerTests)\.

# Tests that talk over sockets have time-outs of their own; they run apart from those that keep all cores busy.
with_sockets := ^(ConnectorsTests|ServerTests)\.

help:
	@echo 'make demo           build Holdfast, fill it with a made-up company, serve it on http://127.0.0.1:8080'
	@echo 'make test           run all tests, from pure functions to the real program over HTTP'
	@echo 'make test-survival  run those for long that kill, starve, freeze and flood the real program'
	@echo 'make test-sanitize  run the Swift tests under ThreadSanitizer and AddressSanitizer'
	@echo 'make fuzz           feed made-up input for long to all that reads outside input'
	@echo 'make bench          measure an optimized build, with the machine beside the figures'
	@echo 'make screenshots    take a picture of every page, at three widths, light and dark'
	@echo 'make lint           check format, imports and scripts'
	@echo 'make format         put all Swift into the house format'

demo:
	@scripts/system-packages
	@[ -x '$(build)/debug/holdfast' ] || echo 'The first build takes some minutes, most of them for libraries; later ones take seconds.' >&2
	@swift build --product holdfast
	@'$(build)/debug/holdfast' demo $(ARGS)

test: $(build)/venv/.ready
	@scripts/system-packages --tests
	$(build_everything)
	scripts/fuzz --quick
	@scripts/postgres run $(MAKE) --no-print-directory .test-with-postgres

# A part of `make test`: what it runs while a PostgreSQL cluster of its own is there, whose URL is in HOLDFAST_POSTGRES.
.test-with-postgres:
	swift test --skip-build --disable-xctest --skip '$(with_sockets)'
	swift test --skip-build --disable-xctest --filter '$(with_sockets)'
	HOLDFAST_TEST_DATABASE=postgres swift test --skip-build --disable-xctest --filter '$(with_databases)'
	HOLDFAST_BINARY='$(build)/debug/holdfast' '$(build)/venv/bin/python' -m pytest -o cache_dir='$(build)/pytest' Tests/EndToEnd

# What `make test` does for seconds, for longer; the figures are printed. HOLDFAST_OVERLOAD and HOLDFAST_KILLS say for how long.
survival := $(addprefix Tests/EndToEnd/test_,durability.py nodes.py full_disk.py overload.py)
test-survival: export HOLDFAST_OVERLOAD ?= 300
test-survival: export HOLDFAST_KILLS ?= 150
test-survival: export HOLDFAST_TEST_EFFORT ?= 10
test-survival: $(build)/venv/.ready
	@scripts/system-packages --tests
	$(build_everything)
	swift test --skip-build --disable-xctest --filter '^EngineTests\.StormTests'
	scripts/postgres run env HOLDFAST_TEST_DATABASE=postgres swift test --skip-build --disable-xctest --filter '^EngineTests\.StormTests'
	scripts/postgres run env HOLDFAST_BINARY='$(build)/debug/holdfast' \
	  '$(build)/venv/bin/python' -m pytest -v -rP -o cache_dir='$(build)/pytest' $(survival)

fuzz:
	@scripts/system-packages
	scripts/fuzz $(ARGS)

# Not a part of `make test`: two more builds of everything, and tests that take several times as long.
test-sanitize:
	@scripts/system-packages --tests
	@echo 'Two builds of everything and two slow runs: this takes an hour and more on two cores.' >&2
	@scripts/postgres run $(MAKE) --no-print-directory .test-sanitized sanitizer=thread
	@scripts/postgres run $(MAKE) --no-print-directory .test-sanitized sanitizer=address

# A part of `make test-sanitize`. The build is in a place of its own, so that it does not undo the ordinary one's.
sanitized := $(build)/sanitize-$(sanitizer)
swift_test_sanitized = LD_PRELOAD='$(sanitized)/mutex.so' swift test --skip-build --disable-xctest --sanitize '$(sanitizer)' \
	--scratch-path '$(sanitized)'
# The Swift runtime lets go of nothing at the end of a program: what would be counted as leaks is its own.
.test-sanitized: export ASAN_OPTIONS := detect_leaks=0
.test-sanitized:
	swift build --build-tests --sanitize '$(sanitizer)' --scratch-path '$(sanitized)'
	clang -shared -fPIC -O1 -Wall -Werror -o '$(sanitized)/mutex.so' Tests/Sanitizers/mutex.c
	$(swift_test_sanitized) --skip '$(with_sockets)|^TidyTests'
	$(swift_test_sanitized) --filter '$(with_sockets)'
	HOLDFAST_TEST_DATABASE=postgres $(swift_test_sanitized) --filter '$(with_databases)'

bench: $(build)/venv/.ready
	@scripts/system-packages --tests
	@[ -x '$(build)/release/holdfast' ] || echo 'The first optimized build takes several minutes.' >&2
	swift build -c release --product holdfast
	swift build -c release --product holdfast-benchmark
	scripts/postgres run env HOLDFAST_PAINT='$(build)/venv/bin/python $(CURDIR)/Tests/EndToEnd/paint.py' '$(build)/release/holdfast-benchmark' $(ARGS)

screenshots: $(build)/venv/.ready
	@scripts/system-packages --tests
	swift build --product holdfast
	HOLDFAST_BINARY='$(build)/debug/holdfast' '$(build)/venv/bin/python' Tests/EndToEnd/screenshots.py '$(build)/screenshots'
	HOLDFAST_BINARY='$(build)/debug/holdfast' HOLDFAST_SQLITE_ONLY=1 HOLDFAST_PICTURES='$(build)/screenshots' \
	  '$(build)/venv/bin/python' -m pytest -q -o cache_dir='$(build)/pytest' Tests/EndToEnd/test_mail_pictures.py

lint:
	@scripts/system-packages
	swift format lint --strict --recursive --parallel $(swift_sources)
	$(build_everything)
	@if command -v shellcheck >/dev/null; then echo 'shellcheck $(scripts)'; shellcheck $(scripts); \
	else echo 'shellcheck is not installed: scripts are not checked' >&2; fi

format:
	swift format --in-place --recursive --parallel $(swift_sources)

# The Python of the end-to-end tests, made anew when their requirements change.
$(build)/venv/.ready: Tests/EndToEnd/requirements.txt
	@scripts/system-packages --tests
	python3 -m venv --clear '$(build)/venv'
	'$(build)/venv/bin/pip' install --quiet --disable-pip-version-check --requirement $<
	@touch $@
