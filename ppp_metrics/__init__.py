"""ppp_metrics: what a region's innovation and learning came to, in numbers that survive an audit."""
