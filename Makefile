.PHONY: run test check help clean

PYTHON ?= python3

run:
	@$(PYTHON) run.py run

test:
	@$(PYTHON) run.py test $(ARGS)

check:
	@$(PYTHON) run.py check

help:
	@$(PYTHON) run.py help

clean:
	@$(PYTHON) run.py clean
