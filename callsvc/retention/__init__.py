"""Personal data ends: names, numbers, texts and answers are erased once nobody needs them; figures stay."""
