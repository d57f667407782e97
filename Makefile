# The ways to work in this house. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run web test lint fuzz load cluster bench

GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 14

run: ## start the demo: everything in one process, with the stand-in for WeChat
	go run ./cmd/lianxin demo

web: ## build the front ends into web/dist, and the mini-program into web/phone/dist/mini (needs Node; see .nvmrc)
	@for root in console phone; do (cd web/$$root && npm ci --ignore-scripts --no-audit --no-fund && npm run build) || exit 1; done

test: ## install what is missing, then test on SQLite and MariaDB and fuzz a little
	@.ci/test

lint: ## check style, safety and who imports whom
	@go run $(GOLANGCI) run ./...

load: ## load the built program with twice what it can serve for a minute, and with slow and silent lines
	@LIANXIN_LOAD=60s go test ./cmd/lianxin -run 'TestTwiceTheLoad|TestSlowSilent' -v -count=1 -timeout 10m

fuzz: ## run each fuzz target for a few seconds (FUZZTIME=30s for longer)
	@.ci/fuzz $(or $(FUZZTIME),3s)

cluster: ## three Galera nodes and two replicas under load: kill one of each, lose nothing
	@.ci/cluster

bench: ## measure against two yardsticks; BENCH=quick only tries it (docs/performance.md)
	@go run ./cmd/bench $(if $(filter quick,$(BENCH)),--quick,$(BENCH))
