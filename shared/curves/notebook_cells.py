"""The cells of the notebook that `notebook` puts together: Markdown, and code as a learner would write it.

Each is a `string.Template`; `$names` are filled with what is on the visitor's screen. Code cells are plain
Python, so a test can run them as they are.
"""

from string import Template

TITLE = Template("""\
# Gradient descent on your own screen

This notebook computes again what you saw in the ReLU curve fitter: the same points, the same settings, the
same losses. It follows [lesson 3](https://course.fast.ai/Lessons/lesson3.html) of Practical Deep Learning for
Coders, "How does a neural net really work?". Run the cells from top to bottom, then change something.
$link""")

IMPORTS = Template("""\
import matplotlib.pyplot as plt
import numpy as np
import torch""")

# The points ------------------------------------------------------------------------------------------------

DATA = Template("## The points\n\n$origin")

# As in the lesson: the noise that scales is drawn before the noise that is added.
MADE_POINTS = Template("""\
np.random.seed(42)
x = np.linspace(-2, 2, 20)
y = $curve
y = y * (1 + np.random.normal(0, $relative, 20)) + np.random.normal(0, $added, 20)""")

GIVEN_POINTS = Template("""\
x = np.array([
$x
])
y = np.array([
$y
])""")

TENSORS = Template("""\
x, y = torch.tensor(x), torch.tensor(y)
grid = torch.linspace(min(-2, x.min().item()), max(2, x.max().item()), 201, dtype=x.dtype)  # for curves""")

TRUE_CURVE = Template("""\
def true_curve(x):
    x = np.asarray(x)
    return torch.tensor($curve)""")

PLOT = Template("""\
def plot_curves(curves, title):
    plt.figure(figsize=(7, 4))
    plt.scatter(x, y, color="#3B82F6", label="data", zorder=3)
    for name, (curve, style) in curves.items():
        plt.plot(grid, curve, style, label=name)
    plt.legend()
    plt.title(title)
    plt.show()

plot_curves({$true_line}, "The points")""")

TRUE_LINE = '"true curve": (true_curve(grid), "--")'

# The quadratic ---------------------------------------------------------------------------------------------

QUADRATIC = Template("""\
## Your quadratic

Three parameters, and a loss that says how far the curve is from the points on average: here the
*$loss_name*, `$kind`.""")

LOSS_CODE = {
    "mae": "def mae(preds, actual):\n    return (preds - actual).abs().mean()",
    "mse": "def mse(preds, actual):\n    return ((preds - actual) ** 2).mean()",
}

QUADRATIC_CODE = Template("""\
def quad(a, b, c, x):
    return a * x**2 + b * x + c

$loss_code

a, b, c = $params
your_loss = $kind(quad(a, b, c, x), y).item()
print(f"Your loss: {your_loss:.4f}")
plot_curves({"yours": (quad(a, b, c, grid), "-")}, f"Your quadratic, loss {your_loss:.3f}")""")

# Gradient descent ------------------------------------------------------------------------------------------

DESCENT = Template("""\
## Gradient descent

`loss.backward()` works out one slope for each parameter, and every parameter moves a little against its
own slope. PyTorch *adds* each new gradient to what is in `abc.grad`. So it must be set to zero after the
step. The published notebook forgets that, and its steps run past the minimum.$note""")

DESCENT_CODE = Template("""\
def descend(zero_gradients):
    abc = torch.tensor($start, dtype=x.dtype, requires_grad=True)
    losses = []
    for step in range($steps + 1):
        loss = $kind(quad(*abc, x), y)
        losses.append(loss.item())
        if step == $steps:
            break
        loss.backward()
        with torch.no_grad():
            abc -= abc.grad * $lr
        if zero_gradients:
            abc.grad.zero_()
    return abc.detach(), losses

runs = {name: descend(zero) for name, zero in $runs.items()}
for name, (abc, losses) in runs.items():
    print(f"{name}: a, b, c = {abc.numpy().round(3)}, loss {losses[0]:.4f} -> {losses[-1]:.4f}")
    print("  first losses:", *(f"{loss:.2f}" for loss in losses[:11]))

plot_curves({name: (quad(*abc, grid), "-") for name, (abc, losses) in runs.items()}, "Gradient descent")
for name, (abc, losses) in runs.items():
    plt.plot(losses, label=name)
plt.xlabel("step")
plt.ylabel("loss")
plt.legend()
plt.show()""")

# The network -----------------------------------------------------------------------------------------------

NETWORK = Template("""\
## A sum of $name units

Each unit is a line `m*x + b`, bent by its activation and scaled by `w`. The network adds up $count and a
constant `c`. With enough units it can follow any curve.""")

NETWORK_CODE = Template("""\
act = $act

def network(x, m, b, w, c):
    return (w[:, None] * act(m[:, None] * x + b[:, None])).sum(0) + c

def plot_network(params, title):
    with torch.no_grad():
        curves = {"network": (network(grid, *params), "-")$true_entry}
    plot_curves(curves, title)""")

ACTIVATION_CODE = {
    "relu": "torch.relu",
    "leaky_relu": "torch.nn.LeakyReLU($slope)",
    "sigmoid": "torch.sigmoid",
    "tanh": "torch.tanh",
}

UNITS_TEXT = Template("These are the units on your screen.")

UNITS_CODE = Template("""\
m = torch.tensor([
$m
], dtype=x.dtype)
b = torch.tensor([
$b
], dtype=x.dtype)
w = torch.tensor([
$w
], dtype=x.dtype)
c = torch.tensor($c, dtype=x.dtype)
screen_loss = $kind(network(x, m, b, w, c), y).item()
print(f"Loss of the units on the screen: {screen_loss:.4f}")
plot_network([m, b, w, c], f"Your units, loss {screen_loss:.3f}")""")

FIT_TEXT = Template("""\
### Fit by gradient descent

$start_words Then $steps steps of $optimizer_name with a learning rate of $lr.""")

DRAW_CODE = Template("""\
def draw_units(seed):
    m, b, w = np.random.RandomState(seed).randn($count, 3).T  # one unit in each row
    return m, b, w, 0.0

starts = {seed: draw_units(seed) for seed in range($seed, $end)}""")

GO_ON_CODE = {  # from units of the points as they are, or scaled
    False: """starts = {"your units": (m, b, w, c)}""",
    True: """starts = {"your units": (m * x_unit, b + m * x_middle, w / y_unit, (c - y_middle) / y_unit)}""",
}

# Only for points of another size than gradient descent can use.
SCALE_CODE = Template("""\
# Gradient descent needs numbers of ordinary size: the network learns scaled points, and is scaled back.
x_middle, x_unit, y_middle, y_unit = $x_middle, $x_unit, $y_middle, $y_unit
small_x, small_y = (x - x_middle) / x_unit, (y - y_middle) / y_unit

def scale_back(m, b, w, c):
    return [m / x_unit, b - m * x_middle / x_unit, w * y_unit, c * y_unit + y_middle]

""")

FIT_CODE = Template("""\
def fit(start):
    params = [torch.as_tensor(p, dtype=x.dtype).clone().requires_grad_() for p in start]
    optimizer = torch.optim.$optimizer(params, lr=$lr)
    losses = []
    for step in range($steps + 1):
        loss = $kind(network($x, *params), $y)
        losses.append(loss.item()$loss_unit)
        if step == $steps or not loss < 1e6 * max(losses[0], 1):  # it is done, or it has diverged
            break
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return $answer, losses

def final_loss(name):
    losses = fits[name][1]
    return losses[-1] if len(losses) == $steps + 1 else float("inf")

fits = {name: fit(start) for name, start in starts.items()}
best = min(fits, key=final_loss)
params, fit_losses = fits[best]
print(f"Best start: {best}. Loss {fit_losses[0]:.4f} -> {fit_losses[-1]:.4f}")
if len(fit_losses) <= $steps:
    print(f"It diverged at step {len(fit_losses) - 1}: the learning rate is too large.")
plot_network(params, f"Fitted, loss {fit_losses[-1]:.3f}")
for name, (_, losses) in fits.items():
    plt.plot(losses, color="#F97316" if name == best else "#94A3B8")
plt.xlabel("step")
plt.ylabel("loss")
plt.show()""")

TRUE_ERROR_TEXT = Template("""\
The loss is measured on the points, noise and all. Here the true curve is known, so we can also ask how far
the network is from *it*. When more units lower the loss and raise this error, they follow the noise: that is
overfitting.""")

TRUE_ERROR_CODE = Template("""\
between = torch.linspace(x.min().item(), x.max().item(), 201, dtype=x.dtype)
with torch.no_grad():
    true_error = (network(between, *params) - true_curve(between)).abs().mean().item()
print(f"Mean distance to the true curve: {true_error:.4f}")""")

END = Template("""\
## Things to try

- Double the number of units. Does the loss halve?
- Change the seed. How much of the result was luck?
- Leave out `zero_grad()` in the fit. What does the loss do?""")
