/** Injection token of ApiInfo. */
export const API_INFO = Symbol("ApiInfo");

export interface ApiInfo {
  version: string;
}
