"""Pictures with boxes, masks and labels on them, and galleries of pictures."""
