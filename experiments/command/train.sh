#!/bin/sh
# Gradient descent on a parabola in awk, which prints JSON.
exec awk -v rate="$GOLDILOCKS_LEARNING_RATE" -v curvature="$GOLDILOCKS_PARAMS_CURVATURE" -v steps="$GOLDILOCKS_STOP_MAX_STEPS" '
BEGIN {
    w = 1
    for (step = 0; step <= steps; step++) {
        distance = w < 0 ? -w : w
        printf "{\"step\": %d, \"loss\": %.17g, \"distance\": %.17g}\n", step, curvature / 2 * w * w, distance
        fflush()
        w -= rate * curvature * w
    }
}'
