import numpy as np
import pytest

from catalog import BadInput
from embeddings.encoder import SHIPPED_MODEL, SentenceTransformerEncoder, StaticEncoder, open_encoder
from embeddings.segment import Segmenter

TEXTS = [
    "烧结机头烟气温度高直接排放",
    "猪场粪污没有去处",
    "隧道照明电费高 LED",
    "完全未知的词 zzzz qqqq 烧结",
]


@pytest.fixture(scope="module")
def segmenter(catalog):
    return Segmenter.for_catalog(catalog)


@pytest.fixture(scope="module")
def shipped(segmenter):
    return StaticEncoder(SHIPPED_MODEL, segmenter)


def test_both_loaders_give_the_same_vectors(shipped, segmenter):
    from sentence_transformers import SentenceTransformer

    segmented = [segmenter.segmented(text) for text in TEXTS]
    # stored in half precision, which ours widens on loading
    other = SentenceTransformer(str(SHIPPED_MODEL), device="cpu").float().encode(segmented)
    np.testing.assert_allclose(shipped.encode_segmented(segmented), other, atol=1e-5)


def test_vectors_are_unit_rows_and_unknown_text_is_zero(shipped):
    vectors = shipped.encode_queries([*TEXTS, "zzzz qqqq", ""])
    norms = np.linalg.norm(vectors, axis=1)
    np.testing.assert_allclose(norms[: len(TEXTS)], 1.0, atol=1e-6)
    np.testing.assert_array_equal(norms[len(TEXTS) :], 0.0)


def test_unknown_tokens_are_masked_not_averaged_in(shipped):
    alone, beside = shipped.encode_segmented(["烧结 烟气", "烧结 zzzz 烟气 qqqq"])
    np.testing.assert_allclose(alone, beside, atol=1e-7)


def test_tokens_of_full_weight_are_the_text_and_lighter_ones_pull_less(shipped):
    text = shipped.encode_segmented(["烧结 烟气"])
    np.testing.assert_allclose(shipped.encode_weighted({"烧结": 1.0, "烟气": 1.0}), text, atol=1e-6)
    alone = shipped.encode_segmented(["烧结"])[0]
    nearness = [
        float(shipped.encode_weighted({"烧结": 1.0, "烟气": weight})[0] @ alone) for weight in (1.0, 0.5, 0.1)
    ]
    assert nearness == sorted(nearness) and nearness[0] < nearness[2]


def test_the_shipped_model_is_small():
    size = sum(path.stat().st_size for path in SHIPPED_MODEL.rglob("*") if path.is_file())
    assert size <= 20e6


@pytest.fixture(scope="module")
def transformer_folder(tmp_path_factory):
    """A real BERT with random weights, different query and document prompts, on disk."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(7)
    folder = tmp_path_factory.mktemp("bert")
    characters = sorted({c for text in TEXTS for c in text if not c.isspace()} | set("问答"))
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    tokenizer = BertTokenizerFast(vocab=str(folder / "vocab.txt"))
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
    )
    BertModel(config).save_pretrained(folder / "hf")
    tokenizer.save_pretrained(folder / "hf")
    transformer = Transformer(str(folder / "hf"))
    pooling = Pooling(transformer.get_embedding_dimension())
    model = SentenceTransformer(
        modules=[transformer, pooling], prompts={"query": "问", "document": "答"}, device="cpu"
    )
    model.save_pretrained(str(folder / "model"))
    return folder / "model"


def test_a_transformer_from_disk_uses_its_prompts_and_is_pinned(transformer_folder, segmenter):
    from sentence_transformers import SentenceTransformer

    encoder = open_encoder(segmenter, model=str(transformer_folder), offline=True)
    plain = SentenceTransformer(str(transformer_folder), device="cpu")
    wanted = plain.encode(TEXTS, prompt="问", normalize_embeddings=True)
    np.testing.assert_allclose(encoder.encode_queries(TEXTS), wanted, atol=1e-5)
    assert not np.allclose(encoder.encode_queries(TEXTS), encoder.encode_documents(TEXTS), atol=1e-3)
    assert encoder.dimension == 32
    assert encoder.revision == SentenceTransformerEncoder(str(transformer_folder)).revision


def test_the_engine_runs_on_another_model(transformer_folder, catalog, tmp_path):
    from recommender import Query, RecommenderEngine
    from recommender.settings import Settings

    config = Settings(embedding_model=str(transformer_folder), offline=True)
    other = RecommenderEngine.open(catalog, config=config, home=tmp_path)
    result = other.match(Query("烧结机头烟气温度高直接排放", "钢铁"))
    assert other.encoder.dimension == 32
    assert result.query.text


def test_a_model_that_is_not_there_is_one_line(segmenter, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(BadInput, match="QINGYUAN_EMBEDDING_MODEL: model 'no/such'") as caught:
        open_encoder(segmenter, model="no/such", offline=True)
    assert "\n" not in str(caught.value)
