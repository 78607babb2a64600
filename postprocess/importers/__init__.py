"""Real pictures in the form of our own datasets: `labelpass import`. A module per layout reads; `writing` writes."""
