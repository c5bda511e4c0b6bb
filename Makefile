.PHONY: run test trust check screenshots help clean

PYTHON ?= python3

run:
	@$(PYTHON) run.py run

test:
	@$(PYTHON) run.py test $(ARGS)

trust:
	@$(PYTHON) run.py trust $(ARGS)

check:
	@$(PYTHON) run.py check

screenshots:
	@$(PYTHON) run.py screenshots

help:
	@$(PYTHON) run.py help

clean:
	@$(PYTHON) run.py clean
