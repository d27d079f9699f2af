"""What models of images share, as other libraries that bring such models use it."""
