# Roomink. `make help` lists the targets. Each one does its own set-up: on a fresh
# Debian machine with Go, git and make, packages that are missing are installed.

GO      ?= go
OUT     := build
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo development)
LDFLAGS := -s -w -X main.version=$(VERSION)
TAGS    := no_emoji,migrated_fynedo

# What Fyne needs to build and to show a window, what a test network needs, the browser
# that signs in, and a keychain.
PACKAGES := gcc libc6-dev libgl1-mesa-dev xorg-dev xvfb xauth libgl1-mesa-dri iproute2 \
	chromium dbus gnome-keyring

# The packages with benchmarks of paths that have a budget.
BENCHES := ./engine/frame ./engine/reconcile ./engine/display/opendisplay ./engine ./engine/endtoend ./engine/graph ./engine/store ./engine/syncer

.DEFAULT_GOAL := help
.PHONY: help demo run endurance soak test fmt fmt-check lint vet cross-vet staticcheck unit race race-all crash window bench bench-peers gallery windows roominkd clean packages

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(OUT)/roomink ## the main job on a simulated office (without a screen: unattended, pictures in build/demo)
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] && [ -z "$$ROOMINK_UNATTENDED" ]; then \
		$(OUT)/roomink -demo; \
	else \
		tools/headless.sh $(OUT)/roomink -demo -tour $(OUT)/demo; \
	fi

run: $(OUT)/roomink ## the app itself
	$(OUT)/roomink

test: packages fmt-check vet cross-vet staticcheck race endurance window ## everything that must pass
	@echo "make test: all passed"

fmt: ## format the code
	gofmt -w .

fmt-check:
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "not formatted (make fmt):"; echo "$$files"; exit 1; fi

lint: fmt-check vet cross-vet staticcheck ## all static checks

vet: packages
	$(GO) vet ./...

# Portability: everything below the window must build for the PCs of our users.
cross-vet:
	CGO_ENABLED=0 GOOS=windows $(GO) vet ./engine/...
	CGO_ENABLED=0 GOOS=darwin $(GO) vet ./engine/...

staticcheck: packages
	$(GO) tool staticcheck ./...

unit: packages ## all tests without the race detector, which is quicker
	$(GO) test -timeout 15m ./...

# The Graph SDK is compiled once more for it: 4 minutes on two cores, and worth it. The
# time limit stands well above what the slowest package takes.
race: packages
	$(GO) test -race -timeout 30m ./...

crash: ## kill the real engine 300 times at random moments (ROOMINK_KILLS, ROOMINK_SEED)
	ROOMINK_KILLS=$${ROOMINK_KILLS:-300} $(GO) test -count 1 -v -timeout 2h -run TestKilled ./engine/crashtest

# The real window under a virtual screen; ends with 0 only if the booked meeting is on
# the glass. Built without the tag migrated_fynedo, so that Fyne reports every touch of
# a widget from a wrong goroutine.
window: packages
	@mkdir -p $(OUT)
	$(GO) build -tags no_emoji -o $(OUT)/roomink-window .
	tools/headless.sh $(OUT)/roomink-window -demo -tour $(OUT)/window > $(OUT)/window.log 2>&1 \
		|| { cat $(OUT)/window.log; exit 1; }
	@if grep -A3 "Error in Fyne call thread" $(OUT)/window.log; then exit 1; fi

# Simulated weeks and a month, and a process that is killed 300 times: without the race
# detector, under which the same tests do less.
endurance: packages crash
	$(GO) test -timeout 15m -run '^(TestSimulation|TestLife|TestPushesPerVisibleChange)$$' ./engine

# What fails prints its seed, which belongs into engine/testdata/seeds.txt.
SOAK ?= 10m
soak: ## simulate offices of random seeds, a week each, for SOAK=10m or as long as asked
	ROOMINK_SOAK=$(SOAK) $(GO) test -timeout 0 -run '^TestSoak$$' -v ./engine

bench: packages ## measure the paths that have a budget; writes build/bench.json
	@mkdir -p $(OUT)
	$(GO) test -run '^$$' -bench . -benchmem -timeout 30m $(BENCHES) > $(OUT)/bench.txt \
		|| { cat $(OUT)/bench.txt; exit 1; }
	ROOMINK_BENCH=1 $(GO) test -run '^TestPushesPerVisibleChange$$' -count 1 -v ./engine >> $(OUT)/bench.txt \
		|| { cat $(OUT)/bench.txt; exit 1; }
	@cat $(OUT)/bench.txt
	$(GO) run ./internal/bench -o $(OUT)/bench.json < $(OUT)/bench.txt

gallery: ## draw the contact sheets of docs/gallery: every design, state, palette and language
	$(GO) run ./internal/gallery -o docs/gallery

# The rivals' packages: PIL from Debian, takumi from npm, of the version in package.json.
bench-peers: ## the same sign with Python PIL and takumi; writes build/bench-peers.json
	@tools/packages.sh python3-pil
	@command -v npm >/dev/null || tools/packages.sh nodejs npm
	@mkdir -p $(OUT)/peers
	@cp tools/peers/package.json $(OUT)/peers/
	@npm install --prefix $(OUT)/peers --no-package-lock --no-audit --no-fund --loglevel error >/dev/null
	$(GO) run ./internal/peers -dir $(OUT)/peers -o $(OUT)/bench-peers.json

windows: ## cross-build the app for Windows (about 9 minutes the first time)
	@tools/packages.sh gcc-mingw-w64-x86-64
	CGO_ENABLED=1 GOOS=windows GOARCH=amd64 CC=x86_64-w64-mingw32-gcc \
		$(GO) build -trimpath -tags $(TAGS) -ldflags "$(LDFLAGS) -H windowsgui" -o $(OUT)/roomink.exe .
	@ls -l $(OUT)/roomink.exe

roominkd: ## cross-build the daemon for Linux, Windows and macOS, without cgo
	@mkdir -p $(OUT)
	CGO_ENABLED=0 GOOS=linux $(GO) build -trimpath -ldflags "$(LDFLAGS)" -o $(OUT)/roominkd-linux ./engine/cmd/roominkd
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 $(GO) build -trimpath -ldflags "$(LDFLAGS)" -o $(OUT)/roominkd-windows.exe ./engine/cmd/roominkd
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 $(GO) build -trimpath -ldflags "$(LDFLAGS)" -o $(OUT)/roominkd-macos ./engine/cmd/roominkd

$(OUT)/roomink: packages FORCE
	@mkdir -p $(OUT)
	$(GO) build -tags $(TAGS) -ldflags "$(LDFLAGS)" -o $@ .

FORCE:

packages:
	@tools/packages.sh $(PACKAGES)

clean: ## remove what was built
	rm -rf $(OUT)
