"""Kernels of `keras.ops.nn` on sequences: attention and connectionist temporal classification."""

import contextlib

import torch
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from keras.src.backend.torch import operators


def dot_product_attention(
    query,
    key,
    value,
    bias=None,
    mask=None,
    scale=None,
    is_causal=False,
    flash_attention=None,
    attn_logits_soft_cap=None,
):
    query, key, value = (x.transpose(1, 2) for x in (query, key, value))
    if isinstance(scale, torch.Tensor):
        query, scale = query * scale.to(query.dtype), 1.0
    if attn_logits_soft_cap is not None:
        result = _capped_attention(query, key, value, bias, mask, scale, is_causal, attn_logits_soft_cap)
        return result.transpose(1, 2)
    if is_causal and (bias is not None or mask is not None):
        mask, is_causal = _with_causal(mask, query, key), False
    with _kernels(flash_attention):
        result = functional.scaled_dot_product_attention(
            query,
            key,
            value,
            attn_mask=_added_to_logits(bias, mask, query.dtype),
            is_causal=is_causal,
            scale=scale,
            enable_gqa=query.shape[1] != key.shape[1],
        )
    return result.transpose(1, 2)


def _kernels(flash_attention):
    """The context in which PyTorch may use its flash kernel, must, or must not."""
    if flash_attention is None:
        return contextlib.nullcontext()
    others = [SDPBackend.MATH, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.CUDNN_ATTENTION]
    return sdpa_kernel([SDPBackend.FLASH_ATTENTION] if flash_attention else others)


def _with_causal(mask, query, key):
    """A mask that also keeps each place from looking at later ones."""
    causal = torch.ones(query.shape[-2], key.shape[-2], dtype=torch.bool, device=query.device).tril()
    return causal if mask is None else torch.logical_and(mask, causal)


def _added_to_logits(bias, mask, dtype):
    """What a bias and a mask add up to; very small yet finite where a query must not look, so that no row turns NaN."""
    if mask is None:
        return bias
    added = torch.zeros((), dtype=dtype, device=mask.device) if bias is None else bias
    return torch.where(mask.to(torch.bool), added, 0.7 * torch.finfo(dtype).min)


def _capped_attention(query, key, value, bias, mask, scale, is_causal, cap):
    """Attention whose logits are bounded, for which PyTorch has no kernel."""
    groups = query.shape[1] // key.shape[1]
    if groups > 1:
        key, value = (x.repeat_interleave(groups, 1) for x in (key, value))
    logits_BNTS = torch.matmul(query, key.transpose(-1, -2)).float()
    logits_BNTS = logits_BNTS * (query.shape[-1] ** -0.5 if scale is None else scale)
    logits_BNTS = cap * torch.tanh(logits_BNTS / cap)
    mask = _with_causal(mask, query, key) if is_causal else mask
    added = _added_to_logits(bias, mask, logits_BNTS.dtype)
    weights_BNTS = torch.softmax(logits_BNTS if added is None else logits_BNTS + added, -1)
    return torch.matmul(weights_BNTS.to(value.dtype), value)


_IMPOSSIBLE = 1e5
"""The loss of a sequence that cannot be had in the given times; PyTorch's infinity would spoil the gradients."""


def ctc_loss(target, output, target_length, output_length, mask_index=0):
    log_probs_TBC = torch.log_softmax(output.float() if output.dtype.itemsize == 2 else output, -1).transpose(0, 1)
    target, target_length, output_length = target.long(), target_length.long(), output_length.long()
    arguments = (log_probs_TBC, target, output_length, target_length, mask_index)
    loss = torch.ops.keras.ctc_loss(*arguments)[0] if torch.compiler.is_compiling() else _ctc_loss(*arguments)
    # Equal neighbours need a blank between them.
    inside = torch.arange(1, target.shape[1], device=target.device) < target_length.unsqueeze(1)
    needed = target_length + torch.sum((target[:, 1:] == target[:, :-1]) & inside, 1)
    return torch.where(needed > output_length, _IMPOSSIBLE, loss).to(output.dtype)


def _ctc_loss(log_probs_TBC, target, output_length, target_length, blank):
    return functional.ctc_loss(
        log_probs_TBC, target, output_length, target_length, blank, reduction="none", zero_infinity=True
    )


def _ctc_loss_and_gradient(log_probs_TBC, *arguments):
    """By PyTorch's inner functions, since autograd does not reach into an operator."""
    loss, log_alpha = torch.ops.aten._ctc_loss.Tensor(log_probs_TBC, *arguments, True)
    *lengths, blank = arguments
    gradient = torch.ops.aten._ctc_loss_backward.Tensor(
        torch.ones_like(loss), log_probs_TBC, *lengths, loss, log_alpha, blank, True
    )
    return torch.where(torch.isinf(loss), 0.0, loss), gradient


def _keep_ctc_gradient(ctx, inputs, output):
    ctx.save_for_backward(output[1])


def _ctc_backward(ctx, upstream_B, _):
    (gradient_TBC,) = ctx.saved_tensors
    return gradient_TBC * upstream_B.unsqueeze(-1), None, None, None, None


# The shapes of what PyTorch's own operator keeps for its gradient depend on data: no tracer takes it.
operators.define(
    "ctc_loss(Tensor log_probs, Tensor target, Tensor output_length, Tensor target_length, int blank) "
    "-> (Tensor, Tensor)",
    _ctc_loss_and_gradient,
    lambda log_probs_TBC, *_: (log_probs_TBC.new_empty(log_probs_TBC.shape[1]), torch.empty_like(log_probs_TBC)),
    backward=_ctc_backward,
    keep=_keep_ctc_gradient,
)
