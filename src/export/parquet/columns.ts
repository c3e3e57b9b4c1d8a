/** Names and types of columns in; the schema of a Parquet file, and the features of a dataset card, out. Pure. */
import type { SchemaElement } from 'hyparquet'

export type ColumnType =
  | 'string'
  | 'float64'
  | 'bool'
  | { readonly list: ColumnType }
  | { readonly struct: Columns }

/** In the order of the file. Any value may be null. */
export type Columns = Readonly<Record<string, ColumnType>>

/** @example parquetSchema({ chosen: { list: 'string' } }) // root, chosen (LIST), list (REPEATED), element */
export function parquetSchema(columns: Columns): SchemaElement[] {
  return [
    { name: 'schema', num_children: Object.keys(columns).length },
    ...Object.entries(columns).flatMap(([name, type]) => elements(name, type)),
  ]
}

/** Lists have the three levels that the format prescribes, so that every reader knows them for lists. */
function elements(name: string, type: ColumnType): SchemaElement[] {
  const repetition_type = 'OPTIONAL'
  if (type === 'string')
    return [
      { name, repetition_type, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
    ]
  if (type === 'bool') return [{ name, repetition_type, type: 'BOOLEAN' }]
  if (type === 'float64') return [{ name, repetition_type, type: 'DOUBLE' }]
  if ('list' in type)
    return [
      { name, repetition_type, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...elements('element', type.list),
    ]
  const fields = Object.entries(type.struct)
  return [
    { name, repetition_type, num_children: fields.length },
    ...fields.flatMap(([field, fieldType]) => elements(field, fieldType)),
  ]
}

/** As `dataset_info.features` of a card has them. */
export function datasetFeatures(columns: Columns): object[] {
  return Object.entries(columns).map(([name, type]) => ({ name, ...feature(type) }))
}

function feature(type: ColumnType): object {
  if (typeof type === 'string') return { dtype: type }
  if ('struct' in type) return { struct: datasetFeatures(type.struct) }
  const { list } = type
  if (typeof list === 'string') return { list }
  return { list: 'struct' in list ? datasetFeatures(list.struct) : feature(list) }
}
