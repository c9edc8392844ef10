.PHONY: setup check test relevancy app train
setup:  ; pip install -r requirements-dev.txt
check:  ; ruff check . && ruff format --check . && mypy && python -m catalog validate
test:   ; pytest
relevancy: ; python -m recommender evaluate
app:    ; streamlit run app.py
train:  ; python -m embeddings train
