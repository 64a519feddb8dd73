"""What Jinlin is measured against: the bare libraries as their first pages show them."""
