"""What is claimed about wide networks, and why it is true. SymPy only: nothing here imports JAX."""

from theory.claim import Claim as Claim
from theory.claim import Source as Source
from theory.derivation import Step as Step
from theory.domain import min_eigenvalue as min_eigenvalue
from theory.domain import norm as norm
from theory.domain import observed as observed
from theory.domain import operator_norm as operator_norm
from theory.law import Covariance as Covariance
from theory.law import Mean as Mean
from theory.law import Probability as Probability
from theory.law import Variance as Variance
from theory.law import step as step
from theory.statement import above as above
from theory.statement import at_least as at_least
from theory.statement import at_most as at_most
from theory.statement import below as below
from theory.statement import equal as equal
from theory.statement import holds as holds
from theory.statement import limit as limit
from theory.statement import scaling as scaling
