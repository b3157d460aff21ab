"""How well the bound ranks backbones, and how much of it they reach, by public measurements: `just ranks`."""

from __future__ import annotations

from statistics import median

from backbones import correlations, rows


def main() -> None:
    devices = list(dict.fromkeys(row.device for row in rows()))
    print("Spearman's rank correlation with measured images a second")
    print(f"  {'device':<10}{'rows':>6}{'bound':>9}{'MACCs':>9}{'params':>9}")
    for device in devices:
        found = correlations(device)
        number = sum(row.device == device for row in rows())
        print(f"  {device:<10}{number:>6}" + "".join(f"{found[name]:>9.3f}" for name in ("bound", "MACCs", "params")))
    reach = sorted(row.reach for row in rows())
    print(f"reach of the bound in {len(reach)} rows: median {median(reach):.3f}, from {reach[0]:.3f} to {reach[-1]:.3f}")


if __name__ == "__main__":
    main()
