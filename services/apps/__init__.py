"""The sites a company watches, and who may do what with them."""
