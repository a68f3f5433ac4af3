/** JSON-RPC 2.0 as nodes speak it. */

export interface RpcCall {
  /** As the caller gave it: a number or a string, as a rule. */
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

export interface RpcErrorBody {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** A call that the node refuses, in its own words. */
export class RpcRefusal extends Error {
  readonly body: RpcErrorBody;
  /** Of HTTP: most nodes refuse with 200. */
  readonly status: number;

  constructor(body: RpcErrorBody, status = 200) {
    super(body.message);
    this.body = body;
    this.status = status;
  }
}

export function invalidParams(message: string): RpcRefusal {
  return new RpcRefusal({ code: -32602, message });
}

export function resultOf(id: unknown, result: unknown): object {
  return { jsonrpc: '2.0', id, result };
}

export function errorOf(id: unknown, error: RpcErrorBody): object {
  return { jsonrpc: '2.0', id, error };
}

/** One of the body's calls; without a method where it is none. */
export function callIn(value: unknown): RpcCall {
  if (!isRecord(value) || typeof value.method !== 'string') return { id: null, method: '', params: [] };
  return { id: value.id ?? null, method: value.method, params: Array.isArray(value.params) ? value.params : [] };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
