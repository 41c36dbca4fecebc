"""All that offramp is compared with."""

from __future__ import annotations

from benchmarks import gambit, openspiel, quantecon

PEERS = {peer.name: peer for peer in (*gambit.PEERS, *quantecon.PEERS, *openspiel.PEERS)}
