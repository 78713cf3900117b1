/** A refusal in S3's own terms: its HTTP status, error code and message. Thrown by an operation, sent by the server; never a bug. */
export class S3Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** 501: what this server does not do, it does not pretend to do. */
export function notImplemented(what: string): S3Refusal {
  return new S3Refusal(501, 'NotImplemented', `The local S3 does not know ${what}.`);
}

export function accessDenied(message = 'Access Denied because object protected by object lock.'): S3Refusal {
  return new S3Refusal(403, 'AccessDenied', message);
}
