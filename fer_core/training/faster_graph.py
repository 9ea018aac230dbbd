"""An ONNX file that answers the same in less time: boxes where they are asked for, no reordering.

The head of a YOLO reads classes and boxes from the same features, in two branches. Who looks for
faces needs the boxes of a dozen anchors in thousands, and the box branch takes a sixth of the time.
So the classes come first, and of each level's features the box branch gets the smallest rectangle
that holds every anchor of at least `least`, the network's second input. Its two convolutions of
three by three see two cells further, so the rectangle is wider by two; at the edge of the features
both end with the same zeros. What an anchor inside is answered stays the same to the last bit.

A convolution whose channels go two ways becomes two of half as many: ONNX Runtime keeps channels in
blocks, and would put them in order to cut them, and back into blocks for what follows.
"""

from __future__ import annotations

from collections import defaultdict
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fer_core.vision.backends.onnx import LEAST

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

Makers = dict[str, "NodeProto"]

#: One level of the head. The strongest anchor always counts, so that no rectangle is empty. The
#: bins of a distance lie in the last axis, where a softmax is several times as fast.
_LEVEL = """
<ir_version: 8, opset_import: ["": 17]>
level (float[b, c, h, w] features, float[b, k, h, w] classes, float[b, d, y, x] bins,
       float[1] least, float[1, n, 1, 1] weights) => (float[b, c, y, x] part, float[b, 4, a] sides)
{
  zero = Constant <value_ints = [0]> ()
  one = Constant <value_ints = [1]> ()
  four = Constant <value_ints = [4]> ()
  others = Constant <value_ints = [-1]> ()
  axes = Constant <value_ints = [2, 3]> ()
  none = Constant <value_ints = [0, 0]> ()
  reach = Constant <value_ints = [2, 2]> ()
  past = Constant <value_ints = [3, 3]> ()

  scores = Sigmoid (classes)
  sure = ReduceSum <keepdims = 0> (scores, one)
  surest = ReduceMax <axes = [0], keepdims = 0> (sure)
  rows = ReduceMax <axes = [1], keepdims = 0> (surest)
  columns = ReduceMax <axes = [0], keepdims = 0> (surest)
  strongest = ReduceMax <axes = [0]> (rows)
  lowest = Min (strongest, least)
  row_counts = GreaterOrEqual (rows, lowest)
  column_counts = GreaterOrEqual (columns, lowest)
  row_marks = Cast <to = 6> (row_counts)
  column_marks = Cast <to = 6> (column_counts)
  top = ArgMax <axis = 0> (row_marks)
  bottom = ArgMax <axis = 0, select_last_index = 1> (row_marks)
  left = ArgMax <axis = 0> (column_marks)
  right = ArgMax <axis = 0, select_last_index = 1> (column_marks)
  first = Concat <axis = 0> (top, left)
  last = Concat <axis = 0> (bottom, right)
  before = Sub (first, reach)
  begin = Max (before, none)
  beyond = Add (last, past)
  size = Shape <start = 2> (features)
  end = Min (beyond, size)
  part = Slice (features, begin, end, axes)

  count = Shape <start = 1, end = 2> (weights)
  by_side = Concat <axis = 0> (zero, four, count, others)
  parted = Reshape (bins, by_side)
  bins_last = Transpose <perm = [0, 1, 3, 2]> (parted)
  shares = Softmax <axis = -1> (bins_last)
  column = Concat <axis = 0> (others, one)
  places = Reshape (weights, column)
  means = MatMul (shares, places)
  part_size = Shape <start = 2> (bins)
  as_part = Concat <axis = 0> (zero, four, part_size)
  found = Reshape (means, as_part)
  rest = Sub (size, end)
  around = Concat <axis = 0> (none, begin, none, rest)
  whole = Pad (found, around)
  in_row = Concat <axis = 0> (zero, four, others)
  sides = Reshape (whole, in_row)
}
"""


def make_faster(file: Path) -> None:
    """Rewrite an ONNX file that `to_onnx` wrote, once.

    Its second input, "least", shape (1,), may be left out: then each anchor has its box. With it,
    an anchor whose five scores add up to less may have an empty one.
    """
    import onnx

    model = onnx.load(str(file))
    if any(tensor.name == LEAST for tensor in model.graph.initializer):
        return
    _only_likely_boxes(model)
    _convolve_in_halves(model)
    needed = _in_order(list(model.graph.node), model.graph.output[0].name)
    del model.graph.node[:]
    model.graph.node.extend(needed)
    onnx.checker.check_model(model)
    onnx.save(model, str(file))


def _only_likely_boxes(model: ModelProto) -> None:
    from onnx import TensorProto, helper, numpy_helper, parser

    graph = model.graph
    makers = _makers(model)

    def maker(tensor: str, *path: int) -> NodeProto:
        """Return the node that made a tensor; along a path of inputs, one further back."""
        node = makers[tensor]
        for place in path:
            node = makers[node.input[place]]
        return node

    # Two softmaxes may be there: of a box's bins, whose mean a convolution takes, and of a head.
    (scores,) = (
        node
        for node in graph.node
        if node.op_type == "Sigmoid" and maker(node.input[0]).op_type == "Concat"
    )
    class_levels = maker(scores.input[0]).input
    softmaxes = {node.output[0]: node for node in graph.node if node.op_type == "Softmax"}
    (mean,) = (node for node in graph.node if node.op_type == "Conv" and node.input[0] in softmaxes)
    softmax = softmaxes[mean.input[0]]
    box_levels = maker(softmax.input[0], 0, 0).input
    (sides,) = (node.output[0] for node in graph.node if mean.output[0] in node.input)
    nodes: list[NodeProto] = []
    for level, flat in enumerate(zip(class_levels, box_levels, strict=True)):
        classes, bins = (maker(tensor).input[0] for tensor in flat)
        first = _convolution_before(makers, _convolution_before(makers, maker(bins)))
        given = {
            "features": first.input[0],
            "classes": classes,
            "bins": bins,
            "least": LEAST,
            "weights": mean.input[1],
        }
        nodes += _joined(parser.parse_model(_LEVEL).graph.node, given, f"likely.{level}.")
        first.input[0] = f"likely.{level}.part"
    parts = [f"likely.{level}.sides" for level in range(len(box_levels))]
    nodes.append(helper.make_node("Concat", parts, ["likely.sides"], axis=2))
    for node in graph.node:
        _rename(node.input, {sides: "likely.sides"})
    graph.node.extend(nodes)
    graph.input.append(helper.make_tensor_value_info(LEAST, TensorProto.FLOAT, [1]))
    graph.initializer.append(numpy_helper.from_array(np.zeros(1, np.float32), LEAST))


def _convolve_in_halves(model: ModelProto) -> None:
    from onnx import helper, numpy_helper

    graph = model.graph
    makers = _makers(model)
    known = {tensor.name: tensor for tensor in graph.initializer}
    cuts: defaultdict[str, list[NodeProto]] = defaultdict(list)
    for node in graph.node:
        if node.op_type == "Slice" and node.input[1] in known:
            cuts[node.input[0]].append(node)
    for cut, halves in cuts.items():
        if makers[cut].op_type != "Mul" or len(halves) != 2:
            continue  # no activation that follows a convolution
        convolution = makers[makers[cut].input[0]]
        name = convolution.output[0]
        halves.sort(key=lambda half: int(numpy_helper.to_array(known[half.input[1]])[0]))
        for kind, tensor in zip(("weight", "bias"), convolution.input[1:], strict=True):
            pieces = [f"{name}/{kind}.{half}" for half in (0, 1)]
            graph.node.append(helper.make_node("Split", [tensor], pieces, axis=0))
        for number, half in enumerate(halves):
            linear, gate = f"{name}/linear.{number}", f"{name}/gate.{number}"
            again = helper.make_node(
                "Conv",
                [convolution.input[0], f"{name}/weight.{number}", f"{name}/bias.{number}"],
                [linear],
            )
            again.attribute.extend(convolution.attribute)
            activation = [
                helper.make_node("Sigmoid", [linear], [gate]),
                helper.make_node("Mul", [linear, gate], [half.output[0]]),
            ]
            graph.node.extend([again, *activation])
            graph.node.remove(half)


def _makers(model: ModelProto) -> Makers:
    """Return the node that makes each tensor."""
    return {output: node for node in model.graph.node for output in node.output}


def _convolution_before(makers: Makers, node: NodeProto) -> NodeProto:
    """Return the convolution before another one, with an activation between them."""
    node = makers[node.input[0]]
    while node.op_type != "Conv":
        node = makers[node.input[0]]
    return node


def _joined(nodes: Any, given: dict[str, str], prefix: str) -> list[NodeProto]:
    """Return a level's nodes, joined to what they are given, all else under a name of its own."""
    made = {output: prefix + output for node in nodes for output in node.output}
    for node in nodes:
        _rename(node.input, given | made)
        _rename(node.output, made)
    return list(nodes)


def _rename(names: Any, new: dict[str, str]) -> None:
    names[:] = [new.get(name, name) for name in names]


def _in_order(nodes: list[NodeProto], output: str) -> list[NodeProto]:
    """Return the nodes that an output needs, each after those that make its inputs."""
    made_by = {made: number for number, node in enumerate(nodes) for made in node.output}
    needs: dict[int, list[int]] = {}
    waiting = [made_by[output]]
    while waiting:
        number = waiting.pop()
        if number not in needs:
            needs[number] = [made_by[name] for name in nodes[number].input if name in made_by]
            waiting += needs[number]
    return [nodes[number] for number in TopologicalSorter(needs).static_order()]
