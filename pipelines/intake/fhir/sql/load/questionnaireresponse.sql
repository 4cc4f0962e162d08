-- One row per QuestionnaireResponse, with the questions of up to three levels in one list.
create or replace table fhir.arrived as
with levels as (
    select
        incoming.*,
        flatten(list_transform(incoming.item, lambda asked: asked.item)) as second
    from main.incoming as incoming
)

select
    levels.resourcetype as resource_type,
    levels."abate:item" as given_item,
    levels.id,
    fhir.key_of(levels.subject.reference) as patient,
    levels.status,
    levels.authored,
    list_concat(
        list_transform(
            levels.item,
            lambda asked: struct_pack(link := asked.linkid, answers := asked.answer)
        ),
        list_transform(
            levels.second,
            lambda asked: struct_pack(link := asked.linkid, answers := asked.answer)
        ),
        list_transform(
            flatten(list_transform(levels.second, lambda asked: asked.item)),
            lambda asked: struct_pack(link := asked.linkid, answers := asked.answer)
        )
    ) as questions
from levels;
