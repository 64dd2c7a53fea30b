r"""Arc-cosine kernels and dual activations: means of two correlated Gaussians.

A random neuron ``w ~ N(0, I)`` sees two unit inputs as a pair ``u, v`` of standard Gaussians whose
correlation ``rho = cos(theta)`` is the inputs' inner product. The kernel of order ``n``,

.. math:: \kappa_n = \operatorname{E}[u_+^n v_+^n],

has a closed form because the plane of the pair is an independent radius and angle, and both
rectifiers are open on one wedge, of opening ``pi - theta``. Price's theorem ties the orders
together, ``kappa_n' = n^2 kappa_{n-1}``, and Hermite polynomials diagonalise every such mean.
Conventions: ``u_+^0`` is the indicator of ``u > 0``; Cho and Saul's ``k_n`` is ``2 kappa_n``.
"""

from theory.arc_cosine import any_order, hermite, orders, price, smooth, sphere
from theory.claim import Claim


def claims() -> tuple[Claim, ...]:
    """The claims of the chapter, in reading order."""
    return (
        *orders.claims(),
        *any_order.claims(),
        *price.claims(),
        *sphere.claims(),
        *hermite.claims(),
        *smooth.claims(),
    )
