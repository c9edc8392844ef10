"""How a filled form is read: file to cells and lines, labels to answers, texts to values."""
