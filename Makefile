# Needs a JDK 25 or newer, Maven, Go, OpenSSL; the demo also needs psql. `make` alone lists the targets.
# No target reads or changes the cluster of your current kubeconfig.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL: # Maven's target/ and the clusters can't be shared by two targets at once

JAR := target/matview-operator-0.1.0-runner.jar
MVN = JAVA_HOME="$$(hack/jdk.sh)" && export JAVA_HOME && mvn -B -ntp
CLUSTER_TEST = hack/cluster/with.sh mvn -B -ntp

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: $(JAR) ## The operator as one jar (no tests)
$(JAR): pom.xml $(shell find src/main -type f 2>/dev/null)
	$(MVN) package -DskipTests
	@touch $@

IMAGE := target/matview-operator-0.1.0-image
.PHONY: image test-image
image: $(IMAGE).tar ## A container image without Docker, for docker load, ctr and kind; with its SBOM
$(IMAGE).jar: pom.xml $(shell find src/main -type f 2>/dev/null) target/image-source
	@hack/image/jar.sh $@
$(IMAGE).tar: $(IMAGE).jar LICENSE deploy/jvm.options $(wildcard hack/image/*) | control-plane postgresql-18
	@hack/image/build.sh $(IMAGE).jar
.PHONY: always
target/image-source: always # the commit, whose time and name are in the image
	@mkdir -p target; . hack/image/source.sh; cmp -s $@ <<<"$$revision $$epoch" || echo "$$revision $$epoch" >$@
test-image: image ## Hold the image to its word, and build it again for comparison
	@hack/image/check.sh
	@hack/image/reproducible.sh

.PHONY: e2e kind-node
kind-node: # the node image of make e2e, and what it is made of; kept
	@DOCKER_HOST="$$(hack/kind/docker.sh)" hack/kind/node-image.sh
e2e: image control-plane postgresql-18 tools ## The chart and the image on a Kind cluster of its own (or KUBECONFIG_E2E=file)
	@hack/kind/e2e.sh $(IMAGE).tar

.PHONY: control-plane postgresql
control-plane: ## Kubernetes' control plane and kubectl, built once from source
	@hack/cluster/build.sh control-plane
postgresql: ## The PostgreSQL servers that the tests and the demo use
	@JAVA_HOME="$$(hack/jdk.sh)" hack/postgres/server.sh fetch
.PHONY: postgresql-18
postgresql-18:
	@JAVA_HOME="$$(hack/jdk.sh)" hack/postgres/server.sh fetch 18

.PHONY: tools
tools: ## helm, helm-unittest, kubeconform and helm-docs, built once from source
	@hack/tools/build.sh

.PHONY: test test-unit test-database test-apiserver test-chart
test: control-plane postgresql test-chart ## Every rung: charts, unit, database (PostgreSQL 14 to 18), API server
	@JAVA_HOME="$$(hack/jdk.sh)"; export JAVA_HOME; hack/test.sh
test-unit: ## The unit rung alone
	$(MVN) test -Dgroups='!database'
test-database: postgresql ## The database rung alone
	$(MVN) test -Dgroups=database
test-apiserver: control-plane postgresql ## The API server rung alone, against a cluster of its own
	JAVA_HOME="$$(hack/jdk.sh)" && export JAVA_HOME && $(CLUSTER_TEST) verify -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false
test-chart: control-plane tools ## The Helm charts, and the manifests that are rendered from them
	@hack/test-chart.sh

.PHONY: crds docs manifests format
crds: ## Write crds/, its copies in the chart and deploy/, and the chart of resources' schema, anew from the Java types
	$(MVN) -q test -Dtest=CrdFileTest,ValuesSchemaTest -Dupdate=true
manifests: tools ## Write the charts' README.md and the manifests of deploy/ anew from the charts
	@hack/manifests.sh
docs: ## Write the resource's reference anew from crds/
	$(MVN) -q test -Dtest=ReferenceDocTest -Dupdate=true
format: ## Format the Java sources
	$(MVN) -q spotless:apply

.PHONY: bench bench-modes bench-skip bench-schedule bench-metrics
bench: $(JAR) control-plane postgresql-18 ## Measure the operator against psql
	@bench/run.sh
bench-metrics: $(JAR) control-plane postgresql-18 ## Measure a scrape of the metrics with 1,000 resources (a part of bench)
	@bench/run.sh metrics
bench-modes: $(JAR) postgresql-18 ## Compare the modes on 2,000,000 rows under readers, then bench-skip
	@bench/modes.sh
	@bench/skip.sh
bench-schedule: $(JAR) control-plane ## How late refreshes begin, beside pg_cron (30 minutes; needs postgresql-15-cron)
	@bench/run.sh schedule
bench-skip: $(JAR) postgresql-18 ## Measure the look of skipIfUnchanged at 1, 100 and 10,000 tables; needs psql
	@bench/skip.sh

.PHONY: demo demo-env demo-down
demo: $(JAR) control-plane postgresql-18 ## Cluster, database and operator on this machine, with samples; left running
	@hack/demo/demo.sh $(JAR)
demo-env: ## Export lines for the demo: eval "$(make -s demo-env)"
	@hack/demo/env.sh
demo-down: ## End the demo
	@hack/demo/down.sh

.PHONY: cluster-up cluster-down
cluster-up: control-plane ## A local API server without nodes; prints its kubeconfig
	@hack/cluster/up.sh
cluster-down: ## End it
	@hack/cluster/down.sh

.PHONY: clean
clean: ## Remove target/ (a running demo goes on)
	rm -rf target
