"""Knowledge distillation: a small model learns from what a large one gives."""
