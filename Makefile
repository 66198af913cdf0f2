# The front door. Everything real is in CMake (CMakePresets.json); these targets install what Debian
# lacks, build, and run.

PACKAGES = build-essential cmake ninja-build pkg-config libev-dev libssl-dev libprotobuf-c-dev \
	protobuf-c-compiler libzstd-dev libjemalloc-dev libisal-dev liblzf-dev libpcre2-dev liblua5.1-0-dev libxxhash-dev libedit-dev
TEST_PACKAGES = libcmocka-dev openssl redis-server redis-tools nftables iproute2 python3 python3-redis libhiredis-dev \
	clang-format-14 clang-14 libclang-rt-14-dev $(if $(shell command -v npm),,nodejs npm)
SERVER = build/release/broker/millstream-server
CLI = build/release/clients/millstream-cli
PORT = 6379
ARGS =

.PHONY: run build test quick-test bench install packages test-packages format clean

run: build
	@echo "Millstream listens on 127.0.0.1:$(PORT). In another terminal:"
	@echo "  $(CLI) -p $(PORT) XADD orders '*' item book"
	@echo "  $(CLI) -p $(PORT) XRANGE orders - +"
	@echo "Ctrl-C ends it; 'make run ARGS=\"--reactors 4\"' passes options on."
	@exec $(SERVER) --port $(PORT) --bind 127.0.0.1 -::1 $(ARGS)

build: packages build/profile
	@cmake --preset release > build-configure.log 2>&1 || { cat build-configure.log; rm -f build-configure.log; exit 1; }
	@rm -f build-configure.log
	@cmake --build --preset release

# What the release build is optimised by. `make clean` makes it be counted anew.
build/profile: | packages
	@tools/train

# Installs what is missing: as root by itself, otherwise it says what to ask for.
packages:
	@tools/packages $(PACKAGES)

test-packages:
	@tools/packages $(PACKAGES) $(TEST_PACKAGES)

test: test-packages
	@tools/test

# The ordinary build and its tests only: no sanitizers, no other clients.
quick-test: test-packages
	@cmake --preset dev && cmake --build --preset dev && ctest --preset dev -LE "stress|compat"

bench: build
	@python3 tests/bench/run.py --ours $(SERVER)

install: build
	@cmake --install build/release

format:
	@git ls-files '*.c' '*.h' | xargs clang-format-14 -i

clean:
	@rm -rf build
